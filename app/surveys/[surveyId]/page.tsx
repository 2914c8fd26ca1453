import { Workspace } from "../../_workspace/Workspace.tsx";

export default async function SurveyPage({ params }: { params: Promise<{ surveyId: string }> }) {
  const { surveyId } = await params;
  return <Workspace key={surveyId} surveyId={surveyId} />;
}
