/** The arrows of docs/architecture.md. tests/arrows proves that a planted violation of each is found. */

/** Each package and the packages it may import. */
const mayImport = {
  schema: [],
  accuracy: ["schema"],
  report: ["schema", "accuracy"],
  geo: ["schema"],
  raster: ["schema", "geo"],
  chips: ["schema", "geo", "raster"],
  segmentation: ["schema", "accuracy", "geo", "raster", "chips"],
  inference: ["schema", "accuracy", "geo", "raster", "chips", "segmentation"],
  vectorize: ["schema", "geo", "raster"],
  formats: ["schema", "geo"],
  "test-kit": ["schema", "geo", "raster"],
};

const packageArrows = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `package-${name}`,
  comment: `packages/${name} may import ${allowed.length === 0 ? "no other package" : allowed.join(", ")}.`,
  severity: "error",
  from: { path: `^packages/${name}/`, pathNot: "\\.test\\.ts$" },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
}));

export default {
  forbidden: [
    ...packageArrows,
    {
      name: "packages-are-pure",
      comment: "Packages know nothing of the server, the pages, the command line or the set-up.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(server|app|cli|setup|bin|benchmarks)/" },
    },
    {
      name: "packages-have-no-side-doors",
      comment: "No database, no HTTP server, no React in packages.",
      severity: "error",
      from: { path: "^packages/", pathNot: "\\.test\\.ts$" },
      to: { path: "^node_modules/(libsql|kysely|next|react|react-dom|@trpc|@tus|tus-js-client)/|^(node:)?(http|https|http2|net)$" },
    },
    {
      name: "app-sees-only-the-router-type",
      comment: "The pages know the server by its router's type alone.",
      severity: "error",
      from: { path: "^app/" },
      to: { path: "^server/", pathNot: "^server/routers/appRouter\\.ts$" },
    },
    {
      name: "app-imports-the-router-as-a-type",
      comment: "import type { AppRouter }: nothing of the server may reach the browser.",
      severity: "error",
      from: { path: "^app/" },
      to: { path: "^server/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "app-uses-schema-geo-accuracy-and-report-only",
      severity: "error",
      from: { path: "^app/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^(packages/(?!schema/|geo/|accuracy/|report/)|cli/|setup/|bin/|benchmarks/)" },
    },
    {
      name: "server-and-cli-stay-below",
      comment: "The server never imports the pages or the command line.",
      severity: "error",
      from: { path: "^server/" },
      to: { path: "^(app|cli|benchmarks)/" },
    },
    { name: "cli-not-app", severity: "error", from: { path: "^cli/" }, to: { path: "^(app|benchmarks)/" } },
    { name: "setup-stands-alone", severity: "error", from: { path: "^setup/" }, to: { path: "^(app|server|cli|benchmarks)/" } },
    {
      name: "test-kit-is-for-demo-tests-and-benchmarks",
      comment: "Only the server's demo, tests and benchmarks use the synthetic survey.",
      severity: "error",
      from: { path: "^(app|packages/(?!test-kit/))", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^packages/test-kit/" },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.next)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
    preserveSymlinks: false,
  },
};
