// node build.mjs [DIR]: bundles what the pages embed into DIR (dist). Every output is small enough to be inlined; DIR/modules/ is for tests and is not shipped.
import { build } from "esbuild";
import { resolve } from "node:path";

const dir = resolve(process.argv[2] ?? `${import.meta.dirname}/dist`);
const shared = { absWorkingDir: import.meta.dirname, bundle: true, minify: true, target: "es2021", legalComments: "none", charset: "utf8", logLevel: "warning" };

await Promise.all([
  build({ ...shared, entryPoints: ["patient.ts", "early.ts", "clinician.tsx", "today.ts", "passkey.ts"], outdir: dir, format: "iife", jsx: "automatic", jsxImportSource: "preact" }),
  build({ ...shared, entryPoints: ["styles/patient.css", "styles/clinic.css", "styles/plain.css"], outdir: dir }),
  build({ ...shared, minify: false, entryPoints: ["signal.ts", "media.ts", "thread.ts", "joining.ts", "people.ts"], outdir: `${dir}/modules`, format: "esm" }),
]);
