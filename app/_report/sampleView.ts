import { create } from "zustand";

/** Which block of which area sample is being labelled; null: none. */
export const useSampleView = create<{ sampleId: string | null; block: number }>(() => ({ sampleId: null, block: 0 }));

export const sampleView = {
  label: (sampleId: string, block: number) => useSampleView.setState({ sampleId, block }),
  stop: () => useSampleView.setState({ sampleId: null }),
};
