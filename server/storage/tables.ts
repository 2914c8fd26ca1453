import type { Generated } from "kysely";

/** The rows as SQLite holds them. `*Json` columns hold JSON text of the schema type named beside them; times are ISO 8601 in UTC. */
export interface Tables {
  settings: { key: string; value: string };
  projects: { id: string; name: string; createdAt: string };
  surveys: {
    id: string;
    projectId: string;
    name: string;
    site: string;
    capturedAt: string | null;
    tideHeightMeters: number | null;
    tideDatum: string;
    notes: string;
    createdAt: string;
    /** SurveyImage; null until imported. */
    imageJson: string | null;
    importJobId: string | null;
    isDemo: number;
  };
  assets: {
    id: string;
    surveyId: string;
    kind: "image" | "probability" | "uncertainty" | "classes";
    version: string;
    /** Relative to the data folder. */
    path: string;
    sizeBytes: number;
    createdAt: string;
  };
  features: {
    num: Generated<number>;
    id: string;
    surveyId: string;
    layer: string;
    class: string;
    notes: string;
    propertiesJson: string;
    provenanceJson: string;
    geometryJson: string;
    locked: number;
    revision: number;
    updatedAt: string;
    /** The edit that last touched it; a deleted feature stays as a row so that "what changed since" can say so. */
    lastEditSeq: number;
    deleted: number;
    /** Geodesic; null in rows from before it was kept, until somebody asks. */
    areaM2: number | null;
  };
  featureBounds: { num: number; west: number; east: number; south: number; north: number };
  edits: {
    seq: Generated<number>;
    id: string;
    surveyId: string;
    author: string;
    appliedAt: string;
    title: string;
    inverseOf: string | null;
    /** Edit.puts and Edit.deletes. */
    putsJson: string;
    deletesJson: string;
    beforeJson: string;
    afterJson: string;
    /** Puts and deletes together. */
    changeCount: Generated<number>;
  };
  /** Which edit made which revision of a feature; deletions count as revisions here. */
  featureRevisions: { featureId: string; revision: number; editSeq: number };
  jobs: {
    id: string;
    projectId: string;
    kind: string;
    title: string;
    state: string;
    paramsJson: string;
    progressJson: string | null;
    errorJson: string | null;
    resultJson: string | null;
    attempt: number;
    cancelRequested: number;
    stopRequested: number;
    createdAt: string;
    startedAt: string | null;
    finishedAt: string | null;
    surveyId: string | null;
    /** Runs only after this job is done. */
    afterJobId: string | null;
    leaseOwner: string | null;
    /** Milliseconds since 1970. */
    leaseUntil: number | null;
    fence: number;
  };
  events: { seq: Generated<number>; createdAt: number; eventJson: string };
  runs: {
    id: string;
    projectId: string;
    name: string;
    configJson: string;
    surveyIdsJson: string;
    jobId: string;
    createdAt: string;
    modelId: string | null;
    chipsJson: string;
    partOfJson: string | null;
  };
  history: { num: Generated<number>; runId: string; eventJson: string };
  models: { id: string; projectId: string; runId: string | null; name: string; createdAt: string; cardJson: string };
  predictions: {
    id: string;
    surveyId: string;
    modelId: string;
    modelName: string;
    jobId: string;
    createdAt: string;
    state: string;
    areaJson: string | null;
    threshold: number;
    rasterJson: string | null;
    heldOutJson: string | null;
    /** UncertaintyRaster, PredictionOptions, PinnedEngine. */
    uncertaintyJson: string | null;
    classRasterJson: string | null;
    optionsJson: string | null;
    engineJson: string | null;
  };
  /** Rows of windows of a prediction under way, shared out among workers. */
  swaths: {
    predictionId: string;
    swathIndex: number;
    /** What the bytes depend on: swaths of another plan are dropped. */
    planHash: string;
    windowCount: number;
    windowsDone: number;
    leaseOwner: string | null;
    /** Milliseconds since 1970. */
    leaseUntil: number | null;
    fence: number;
    /** File name in the prediction's swath folder; set when done. */
    file: string | null;
  };
  /** Polygons of a prediction at a threshold. Not whole: still being written, or left behind by a crash. */
  polygonSets: {
    num: Generated<number>;
    predictionId: string;
    threshold: number;
    createdAt: string;
    polygonCount: number;
    isWhole: number;
  };
  predictedPolygons: {
    num: Generated<number>;
    setNum: number;
    id: string;
    areaM2: number;
    perimeterMeters: number;
    probability: number;
    probabilityP10: number | null;
    compactness: number | null;
    class: string | null;
    geometryJson: string;
  };
  /** Grows with everything that may change which decisions stand. */
  decisionVersions: { surveyId: string; version: number };
  decisions: {
    id: string;
    predictionId: string;
    surveyId: string;
    kind: string;
    polygonId: string;
    geometryJson: string;
    threshold: number;
    probability: number;
    decidedAt: string;
    editId: string | null;
    undone: number;
  };
  /** Photo.index and Photo.group under names that SQL leaves free. */
  photos: {
    surveyId: string;
    photoIndex: number;
    name: string;
    groupName: string;
    colOff: number;
    rowOff: number;
    widthPx: number;
    heightPx: number;
  };
  areaSamples: {
    id: string;
    surveyId: string;
    predictionId: string;
    modelName: string;
    threshold: number;
    seed: number;
    blockMeters: number;
    createdAt: string;
    /** The prediction's Grid, so that imagery moved since is noticed. */
    gridJson: string;
    strataJson: string;
  };
  /** In the order they are labelled. */
  areaSampleBlocks: {
    sampleId: string;
    blockIndex: number;
    stratum: number;
    featureId: string;
    geometryJson: string;
    /** Of the frame it was drawn from. */
    predictedM2: number;
  };
  /** FoldResult, once its fold is done. */
  foldResults: { runId: string; foldIndex: number; resultJson: string };
  disagreements: {
    num: Generated<number>;
    runId: string;
    surveyId: string;
    kind: string;
    geometryJson: string;
    areaM2: number;
    probability: number;
    classesJson: string | null;
  };
  workers: { owner: string; pid: number; startedAt: number; heartbeatAt: number; backendJson: string | null };
}
