import { describe, expect, it } from "vitest";
import { dayIn, photoGroup } from "./photoGroup.ts";

describe("the day in a photo's name", () => {
  it.each([
    ["2018-10-06_14.33.51-DSC06379", "2018-10-06"],
    ["2018-1006-145701-DSC07677", "2018-10-06"],
    ["2014_0905_133718d", "2014-09-05"],
    ["DJI_20231005142311_0001_V", "2023-10-05"],
    ["202310051423", "2023-10-05"],
    ["20181006", "2018-10-06"],
    ["PointBeachMinnesota-2019-12-05", "2019-12-05"],
    ["2017_BL32_1000_1226", null],
    ["20181301", null],
    ["2018100699", null],
    ["usgwhpprsgswhcmsricohgr0100219", null],
    ["tile_0001", null],
  ])("%s: %s", (text, day) => {
    expect(dayIn(text)).toBe(day);
  });
});

describe("the group of a photo", () => {
  it("is one for all spellings of a day", () => {
    expect(photoGroup("2018-10-06_14.33.51-DSC06379-N7251F.jpg")).toBe("2018-10-06");
    expect(photoGroup("2018-1006-145701-DSC07677-N7251F.jpg")).toBe("2018-10-06");
  });
  it("parts sites and flights by their folders and by the words before the day, not by a camera's folders", () => {
    expect(photoGroup("marsh/flight-2/2020-0208_001.jpg")).toBe("marsh flight-2 2020-02-08");
    expect(photoGroup("marsh/2020-0208/001.jpg")).toBe("marsh 2020-02-08");
    expect(photoGroup("DCIM/100MEDIA/2020-0208_001.jpg")).toBe("2020-02-08");
    expect(photoGroup("PointBeach-2019-12-05.jpg")).toBe("PointBeach 2019-12-05");
  });
  it("takes the camera's day where the name has none", () => {
    expect(photoGroup("DSC_0042.JPG", "2020-05-09")).toBe("DSC 2020-05-09");
    expect(photoGroup("2020-0208_DSC_0042.JPG", "2021-01-01")).toBe("2020-02-08");
  });
  it("stands for what comes before a running number where there is no day at all", () => {
    expect(photoGroup("southerncalimg38b.jpg")).toBe("southerncalimg");
    expect(photoGroup("17.jpg")).toBe("photos");
    expect(photoGroup("west/17.jpg")).toBe("west");
  });
});
