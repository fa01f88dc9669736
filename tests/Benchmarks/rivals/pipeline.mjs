// A text-classification pipeline of transformers.js as its documentation makes one, behind lines of JSON.
//
//   node pipeline.mjs MODEL_FOLDER DTYPE
//
// Says {"ready": "versions"} once it is loaded. Answers {"texts": [...], "batch": 32} with {"milliseconds": ..., "logits": [...]}:
// the time of the pipeline's calls alone, so that what passes between the processes is not counted.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { env, pipeline } from '@huggingface/transformers';

const [folder, dtype] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(path.resolve(folder));
const classify = await pipeline('text-classification', path.basename(folder), { dtype });

// The pipeline gives labels and scores only: the model keeps its logits on the way, which costs nothing.
let kept = [];
classify.model = new Proxy(classify.model, {
    apply: async (model, self, inputs) => {
        const output = await Reflect.apply(model, self, inputs);
        kept.push(output.logits);
        return output;
    },
});

const versionOf = name => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
const say = answer => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ ready: `transformers.js ${versionOf('@huggingface/transformers')}, onnxruntime-node ${versionOf('onnxruntime-node')}, Node.js ${process.versions.node}` });

for await (const line of readline.createInterface({ input: process.stdin })) {
    const { texts, batch } = JSON.parse(line);
    kept = [];
    const start = performance.now();
    for (let i = 0; i < texts.length; i += batch) {
        await classify(batch === 1 ? texts[i] : texts.slice(i, i + batch));
    }
    const milliseconds = performance.now() - start;
    say({ milliseconds, logits: kept.flatMap(logits => [...logits.data]) });
}
