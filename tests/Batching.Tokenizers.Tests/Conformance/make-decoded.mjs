// Makes decoded.jsonl: what Hugging Face's own library (npm's "tokenizers") gives for the ids of the goldens, decoded.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-decoded.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "tokenizers";

const tokenizerFiles = {
  "bert-base-uncased": "../../../models/distilbert-l6-h384-uncased-sst2/tokenizer.json",
  "wordpiece-cased": "wordpiece-cased/tokenizer.json",
  "byte-bpe": "byte-bpe/tokenizer.json",
};

for (const [folder, file] of Object.entries(tokenizerFiles)) {
  const tokenizer = Tokenizer.fromFile(file);
  const lines = [];
  for (const line of readFileSync(`${folder}/tokens-singles.jsonl`, "utf8").trimEnd().split("\n")) {
    const { ids } = JSON.parse(line);
    if (ids.length <= 40) {
      // Every third row starts within the text, so that a piece such as ##ing may come first.
      const cut = lines.length % 3 === 0 ? ids.slice(ids.length >> 1) : ids;
      lines.push(JSON.stringify({
        ids: cut,
        text: await tokenizer.decode(cut, false),
        text_without_special_tokens: await tokenizer.decode(cut, true),
      }));
    }
  }
  writeFileSync(`${folder}/decoded.jsonl`, lines.join("\n") + "\n");
  console.log(`${folder}: ${lines.length} rows`);
}
