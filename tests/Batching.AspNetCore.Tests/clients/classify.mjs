// Classifies a text with Hugging Face's own client: node classify.mjs <url> <text>
import { InferenceClient } from "@huggingface/inference";

const [url, text] = process.argv.slice(2);
const client = new InferenceClient(undefined, { endpointUrl: url });
console.log(JSON.stringify(await client.textClassification({ inputs: text })));
