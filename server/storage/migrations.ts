/** Applied in order, once each, inside one transaction. A released one is never changed; add the next. */
export const migrations: readonly { readonly version: number; readonly statements: readonly string[] }[] = [
  {
    version: 1,
    statements: [
      "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
      "CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT NOT NULL, createdAt TEXT NOT NULL) STRICT",
      `CREATE TABLE surveys (
        id TEXT PRIMARY KEY, projectId TEXT NOT NULL REFERENCES projects(id), name TEXT NOT NULL, site TEXT NOT NULL, capturedAt TEXT,
        tideHeightMeters REAL, tideDatum TEXT NOT NULL, notes TEXT NOT NULL, createdAt TEXT NOT NULL, imageJson TEXT, importJobId TEXT,
        isDemo INTEGER NOT NULL) STRICT`,
      "CREATE UNIQUE INDEX surveysByName ON surveys(projectId, name)",
      `CREATE TABLE assets (
        id TEXT PRIMARY KEY, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE, kind TEXT NOT NULL, version TEXT NOT NULL,
        path TEXT NOT NULL, sizeBytes INTEGER NOT NULL, createdAt TEXT NOT NULL) STRICT`,
      `CREATE TABLE features (
        num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE,
        layer TEXT NOT NULL, class TEXT NOT NULL, notes TEXT NOT NULL, propertiesJson TEXT NOT NULL, provenanceJson TEXT NOT NULL,
        geometryJson TEXT NOT NULL, locked INTEGER NOT NULL, revision INTEGER NOT NULL, updatedAt TEXT NOT NULL,
        lastEditSeq INTEGER NOT NULL, deleted INTEGER NOT NULL) STRICT`,
      "CREATE INDEX featuresBySurvey ON features(surveyId, lastEditSeq)",
      "CREATE VIRTUAL TABLE featureBounds USING rtree(num, west, east, south, north)",
      `CREATE TABLE edits (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE,
        author TEXT NOT NULL, appliedAt TEXT NOT NULL, title TEXT NOT NULL, inverseOf TEXT, putsJson TEXT NOT NULL,
        deletesJson TEXT NOT NULL, beforeJson TEXT NOT NULL, afterJson TEXT NOT NULL) STRICT`,
      "CREATE INDEX editsBySurvey ON edits(surveyId, seq)",
      `CREATE TABLE featureRevisions (
        featureId TEXT NOT NULL, revision INTEGER NOT NULL, editSeq INTEGER NOT NULL REFERENCES edits(seq) ON DELETE CASCADE,
        PRIMARY KEY (featureId, revision)) STRICT, WITHOUT ROWID`,
      "CREATE INDEX featureRevisionsByEdit ON featureRevisions(editSeq)",
      `CREATE TABLE jobs (
        id TEXT PRIMARY KEY, projectId TEXT NOT NULL REFERENCES projects(id), kind TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL,
        paramsJson TEXT NOT NULL, progressJson TEXT, errorJson TEXT, resultJson TEXT, attempt INTEGER NOT NULL,
        cancelRequested INTEGER NOT NULL, stopRequested INTEGER NOT NULL, createdAt TEXT NOT NULL, startedAt TEXT, finishedAt TEXT,
        surveyId TEXT, afterJobId TEXT, leaseOwner TEXT, leaseUntil INTEGER, fence INTEGER NOT NULL) STRICT`,
      "CREATE INDEX jobsByState ON jobs(state, createdAt)",
      "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, createdAt INTEGER NOT NULL, eventJson TEXT NOT NULL) STRICT",
      `CREATE TABLE runs (
        id TEXT PRIMARY KEY, projectId TEXT NOT NULL REFERENCES projects(id), name TEXT NOT NULL, configJson TEXT NOT NULL,
        surveyIdsJson TEXT NOT NULL, jobId TEXT NOT NULL REFERENCES jobs(id), createdAt TEXT NOT NULL, modelId TEXT,
        chipsJson TEXT NOT NULL) STRICT`,
      "CREATE TABLE history (num INTEGER PRIMARY KEY AUTOINCREMENT, runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, eventJson TEXT NOT NULL) STRICT",
      "CREATE INDEX historyByRun ON history(runId, num)",
      `CREATE TABLE models (
        id TEXT PRIMARY KEY, projectId TEXT NOT NULL REFERENCES projects(id), runId TEXT, name TEXT NOT NULL, createdAt TEXT NOT NULL,
        cardJson TEXT NOT NULL) STRICT`,
      `CREATE TABLE predictions (
        id TEXT PRIMARY KEY, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE, modelId TEXT NOT NULL,
        modelName TEXT NOT NULL, jobId TEXT NOT NULL REFERENCES jobs(id), createdAt TEXT NOT NULL, state TEXT NOT NULL, areaJson TEXT,
        threshold REAL NOT NULL, rasterJson TEXT, heldOutJson TEXT) STRICT`,
      "CREATE INDEX predictionsBySurvey ON predictions(surveyId, createdAt)",
      `CREATE TABLE polygonSets (
        predictionId TEXT NOT NULL REFERENCES predictions(id) ON DELETE CASCADE, threshold REAL NOT NULL, createdAt TEXT NOT NULL,
        polygonsJson TEXT NOT NULL, PRIMARY KEY (predictionId, threshold)) STRICT`,
      `CREATE TABLE decisions (
        id TEXT PRIMARY KEY, predictionId TEXT NOT NULL, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE,
        kind TEXT NOT NULL, polygonId TEXT NOT NULL, geometryJson TEXT NOT NULL, threshold REAL NOT NULL, probability REAL NOT NULL,
        decidedAt TEXT NOT NULL, editId TEXT, undone INTEGER NOT NULL) STRICT`,
      "CREATE INDEX decisionsBySurvey ON decisions(surveyId)",
      `CREATE TABLE workers (
        owner TEXT PRIMARY KEY, pid INTEGER NOT NULL, startedAt INTEGER NOT NULL, heartbeatAt INTEGER NOT NULL, backendJson TEXT) STRICT`,
    ],
  },
  {
    version: 2,
    statements: [
      "ALTER TABLE predictions ADD COLUMN uncertaintyJson TEXT",
      "ALTER TABLE predictions ADD COLUMN optionsJson TEXT",
      "ALTER TABLE predictions ADD COLUMN engineJson TEXT",
      `CREATE TABLE swaths (
        predictionId TEXT NOT NULL REFERENCES predictions(id) ON DELETE CASCADE, swathIndex INTEGER NOT NULL, planHash TEXT NOT NULL,
        windowCount INTEGER NOT NULL, windowsDone INTEGER NOT NULL, leaseOwner TEXT, leaseUntil INTEGER, fence INTEGER NOT NULL, file TEXT,
        PRIMARY KEY (predictionId, swathIndex)) STRICT, WITHOUT ROWID`,
    ],
  },
  {
    // Predicted polygons as rows of their own, with a spatial index, instead of one text per set; areas beside features.
    version: 3,
    statements: [
      "ALTER TABLE polygonSets RENAME TO polygonSetsBefore",
      `CREATE TABLE polygonSets (
        num INTEGER PRIMARY KEY, predictionId TEXT NOT NULL REFERENCES predictions(id) ON DELETE CASCADE, threshold REAL NOT NULL,
        createdAt TEXT NOT NULL, polygonCount INTEGER NOT NULL, isWhole INTEGER NOT NULL) STRICT`,
      "CREATE UNIQUE INDEX polygonSetsByThreshold ON polygonSets(predictionId, threshold) WHERE isWhole = 1",
      `CREATE TABLE predictedPolygons (
        num INTEGER PRIMARY KEY, setNum INTEGER NOT NULL REFERENCES polygonSets(num) ON DELETE CASCADE, id TEXT NOT NULL,
        areaM2 REAL NOT NULL, perimeterMeters REAL NOT NULL, probability REAL NOT NULL, probabilityP10 REAL, compactness REAL,
        geometryJson TEXT NOT NULL) STRICT`,
      "CREATE UNIQUE INDEX predictedPolygonsById ON predictedPolygons(setNum, id)",
      "CREATE INDEX predictedPolygonsBySet ON predictedPolygons(setNum)",
      `INSERT INTO polygonSets (predictionId, threshold, createdAt, polygonCount, isWhole)
        SELECT predictionId, threshold, createdAt, json_array_length(polygonsJson), 1 FROM polygonSetsBefore ORDER BY createdAt`,
      `INSERT OR IGNORE INTO predictedPolygons (setNum, id, areaM2, perimeterMeters, probability, geometryJson)
        SELECT sets.num, json_extract(one.value, '$.id'), json_extract(one.value, '$.areaM2') + 0.0,
          json_extract(one.value, '$.perimeterMeters') + 0.0, json_extract(one.value, '$.probability') + 0.0,
          json_extract(one.value, '$.geometry')
        FROM polygonSetsBefore AS old JOIN polygonSets AS sets ON sets.predictionId = old.predictionId AND sets.threshold = old.threshold,
          json_each(old.polygonsJson) AS one`,
      "DROP TABLE polygonSetsBefore",
      "CREATE TABLE decisionVersions (surveyId TEXT PRIMARY KEY REFERENCES surveys(id) ON DELETE CASCADE, version INTEGER NOT NULL) STRICT",
      "INSERT INTO decisionVersions SELECT surveyId, count(*) FROM decisions GROUP BY surveyId",
      "CREATE INDEX decisionsByPolygon ON decisions(predictionId, polygonId)",
      "ALTER TABLE features ADD COLUMN areaM2 REAL",
      "CREATE INDEX featureTotals ON features(surveyId, deleted, layer, class, areaM2)",
      `CREATE INDEX acceptedFeatures ON features(surveyId, deleted, id, provenanceJson)
        WHERE json_extract(provenanceJson, '$.kind') = 'accepted'`,
      "ALTER TABLE edits ADD COLUMN changeCount INTEGER NOT NULL DEFAULT 0",
      "UPDATE edits SET changeCount = json_array_length(putsJson) + json_array_length(deletesJson)",
      "CREATE INDEX editSizes ON edits(surveyId, seq, changeCount)",
    ],
  },
  {
    // Photos of a folder, each a named rectangle of its survey's sheet.
    version: 4,
    statements: [
      `CREATE TABLE photos (
        surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE, photoIndex INTEGER NOT NULL, name TEXT NOT NULL,
        groupName TEXT NOT NULL, colOff INTEGER NOT NULL, rowOff INTEGER NOT NULL, widthPx INTEGER NOT NULL, heightPx INTEGER NOT NULL,
        PRIMARY KEY (surveyId, photoIndex)) STRICT, WITHOUT ROWID`,
    ],
  },
  {
    // Random samples of blocks that an area with an interval is worked out from; each block is a held-out area too.
    version: 5,
    statements: [
      `CREATE TABLE areaSamples (
        id TEXT PRIMARY KEY, surveyId TEXT NOT NULL REFERENCES surveys(id) ON DELETE CASCADE, predictionId TEXT NOT NULL,
        modelName TEXT NOT NULL, threshold REAL NOT NULL, seed INTEGER NOT NULL, blockMeters REAL NOT NULL, createdAt TEXT NOT NULL,
        gridJson TEXT NOT NULL, strataJson TEXT NOT NULL) STRICT`,
      "CREATE INDEX areaSamplesBySurvey ON areaSamples(surveyId, createdAt)",
      `CREATE TABLE areaSampleBlocks (
        sampleId TEXT NOT NULL REFERENCES areaSamples(id) ON DELETE CASCADE, blockIndex INTEGER NOT NULL, stratum INTEGER NOT NULL,
        featureId TEXT NOT NULL, geometryJson TEXT NOT NULL, predictedM2 REAL NOT NULL,
        PRIMARY KEY (sampleId, blockIndex)) STRICT, WITHOUT ROWID`,
    ],
  },
  {
    // What a run with folds leaves: a row per fold once it is done, and ground where labels and out-of-fold predictions surely disagree.
    version: 6,
    statements: [
      `CREATE TABLE foldResults (
        runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, foldIndex INTEGER NOT NULL, resultJson TEXT NOT NULL,
        PRIMARY KEY (runId, foldIndex)) STRICT, WITHOUT ROWID`,
      `CREATE TABLE disagreements (
        num INTEGER PRIMARY KEY, runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, surveyId TEXT NOT NULL, kind TEXT NOT NULL,
        geometryJson TEXT NOT NULL, areaM2 REAL NOT NULL, probability REAL NOT NULL) STRICT`,
      "CREATE INDEX disagreementsByArea ON disagreements(runId, areaM2)",
    ],
  },
  {
    // What a run is part of: a comparison of recipes, or the check of another run by leaving ground out.
    version: 7,
    statements: ["ALTER TABLE runs ADD COLUMN partOfJson TEXT"],
  },
  {
    // Of models that tell classes of reef apart: which class is the likeliest where, and of each outline.
    version: 8,
    statements: [
      "ALTER TABLE predictions ADD COLUMN classRasterJson TEXT",
      "ALTER TABLE predictedPolygons ADD COLUMN class TEXT",
      "UPDATE models SET cardJson = json_set(cardJson, '$.classes', json('[]'), '$.config.classes', json('[]')) WHERE cardJson NOT LIKE '%\"classes\":%'",
      "UPDATE runs SET configJson = json_set(configJson, '$.classes', json('[]')) WHERE configJson NOT LIKE '%\"classes\":%'",
    ],
  },
  {
    // Which class a label says and which a prediction, where they differ; the temperature of the classes' softmax.
    version: 9,
    statements: [
      "ALTER TABLE disagreements ADD COLUMN classesJson TEXT",
      "UPDATE models SET cardJson = json_set(cardJson, '$.classTemperature', 1) WHERE cardJson NOT LIKE '%\"classTemperature\":%'",
    ],
  },
];
