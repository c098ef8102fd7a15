// SPDX-License-Identifier: Apache-2.0
// NAME.br and NAME.gz beside each file that gets smaller by it: the server sends those where a browser takes them.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kWorthIt = 0.9;

function* filesIn(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else yield path;
  }
}

for (const path of [...filesIn(process.argv[2])]) {
  const plain = readFileSync(path);
  const packed = {
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: gzipSync(plain, { level: 9 }),
  };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < plain.length * kWorthIt) writeFileSync(`${path}.${ending}`, bytes);
  }
}
