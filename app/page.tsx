import { SurveyList } from "./_surveys/SurveyList.tsx";

export default function Home() {
  return <SurveyList />;
}
