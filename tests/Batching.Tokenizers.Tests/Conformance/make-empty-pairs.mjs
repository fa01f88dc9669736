// Makes empty-pairs.jsonl: how Hugging Face's own library encodes pairs of which a text is empty, or both are: whole, cut by
// every strategy at either side, as windows, and where each token is in its text.
//
//     npm install --ignore-scripts @anush008/tokenizers@0.6.0
//     node make-empty-pairs.mjs
//
// That is version 0.22.2 of the library. A line is a pair and how it is cut: the rows, the first and then the windows that
// overflow, or the error. All characters are one UTF-16 unit long, so that offsets in scalars are offsets in the string.
import { readFileSync, writeFileSync } from "node:fs";
import anush008 from "@anush008/tokenizers";

const { Tokenizer } = anush008;
const tokenizerFiles = {
  "bert-base-uncased": "../../../models/distilbert-l6-h384-uncased-sst2/tokenizer.json",
  "wordpiece-cased": "wordpiece-cased/tokenizer.json",
  "byte-bpe": "byte-bpe/tokenizer.json",
  "unigram": "unigram/tokenizer.json",
};
const texts = ["what is this", "A man said that he was there. ", "x"];
const pairs = [["", ""], ...texts.flatMap(text => [[text, ""], ["", text]]), [" ", ""]];

const lines = [];
for (const [tokenizer, file] of Object.entries(tokenizerFiles)) {
  const json = JSON.parse(readFileSync(file, "utf8"));
  for (const [text, pair] of pairs) {
    for (const [strategy, max_length, stride] of [
      [null, null, 0],
      ...[4, 5, 7, 12].flatMap(max => ["LongestFirst", "OnlyFirst", "OnlySecond"].map(strategy => [strategy, max, 0])),
      ...["OnlyFirst", "OnlySecond"].flatMap(strategy => [[strategy, 6, 1], [strategy, 8, 2]]),
    ]) {
      for (const direction of strategy === null ? ["Right"] : ["Right", "Left"]) {
        const truncation = strategy === null ? null : { direction, max_length, strategy, stride };
        const line = { tokenizer, text, pair, strategy, max_length, stride, side: direction };
        try {
          const encoding = await Tokenizer.fromString(JSON.stringify({ ...json, truncation, padding: null })).encode(text, pair);
          line.rows = [encoding, ...(stride > 0 ? encoding.getOverflowing() : [])].map(row => ({
            ids: row.getIds(),
            types: row.getTypeIds(),
            offsets: row.getOffsets().flat(),
            sequences: row.getSequenceIds().map(sequence => sequence ?? -1),
          }));
        } catch (error) {
          line.error = error.message;
        }
        lines.push(JSON.stringify(line));
      }
    }
  }
}
writeFileSync("empty-pairs.jsonl", lines.join("\n") + "\n");
console.log(`${lines.length} lines`);
