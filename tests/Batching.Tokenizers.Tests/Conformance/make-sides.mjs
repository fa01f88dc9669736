// Makes sides/*.jsonl: how Hugging Face's own library cuts texts of the goldens at either side, singles and pairs by every
// strategy, and what it cuts off as windows.
//
//     npm install --ignore-scripts @anush008/tokenizers@0.6.0
//     node make-sides.mjs
//
// That is version 0.22.2 of the library. Version 0.23 stops early, once a text has as many tokens as the limit, and so it loses
// the windows beyond, and the lengths by which the texts of a pair are cut longest first.
//
// A line is a text, perhaps with its pair, and its cuts: strategy, limit, stride, and what comes of it on either side: the row,
// then the windows that overflow; or the error. Of pairs that are cut longest first the windows are left out.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import anush008 from "@anush008/tokenizers";

const { Tokenizer } = anush008;
const tokenizerFiles = {
  "bert-base-uncased": "../../../models/distilbert-l6-h384-uncased-sst2/tokenizer.json",
  "wordpiece-cased": "wordpiece-cased/tokenizer.json",
  "byte-bpe": "byte-bpe/tokenizer.json",
  "unigram": "unigram/tokenizer.json",
};
const fewTokens = 40;
const singles = 16;
const pairs = 12;
const windowed = 6;

const read = (folder, file) => readFileSync(`${folder}/${file}`, "utf8").trimEnd().split("\n").map(line => JSON.parse(line));
const spread = (list, count) => list.filter((_, i) => i % Math.ceil(list.length / count) === 0);
const distinct = list => [...new Map(list.map(({ text, pair }) => [JSON.stringify([text, pair]), { text, pair }])).values()];

mkdirSync("sides", { recursive: true });
for (const [folder, file] of Object.entries(tokenizerFiles)) {
  const json = JSON.parse(readFileSync(file, "utf8"));
  const tokenizers = new Map();

  // As a file says it: whatever the library reads, and no more than that.
  function truncating(direction, strategy, max_length, stride) {
    const key = [direction, strategy, max_length, stride].join();
    if (!tokenizers.has(key)) {
      tokenizers.set(key, Tokenizer.fromString(JSON.stringify({ ...json, truncation: { direction, max_length, strategy, stride }, padding: null })));
    }
    return tokenizers.get(key);
  }

  const whole = Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
  const lengthOf = async text => (await whole.encode(text, null, { addSpecialTokens: false })).getLength();

  async function cut(text, pair, strategy, max_length, stride) {
    const result = { strategy, max_length, stride };
    for (const side of ["Left", "Right"]) {
      try {
        const encoding = await truncating(side, strategy, max_length, stride).encode(text, pair);
        const windows = pair !== null && strategy === "LongestFirst" ? [] : encoding.getOverflowing();
        result[side] = [encoding, ...windows].map(window => window.getIds());
        if (pair !== null && folder === "wordpiece-cased") {
          result.type_ids = encoding.getTypeIds();
        }
      } catch (error) {
        result.error = error.message;
      }
    }
    return result;
  }

  const lines = [];
  const write = (text, pair, cuts) => lines.push(JSON.stringify({ text, pair, cuts }));
  const short = read(folder, "tokens-singles.jsonl").filter(({ ids, text }) => ids.length > 5 && ids.length <= fewTokens && text.isWellFormed());
  for (const { text, ids } of spread(short, singles)) {
    const cuts = [];
    for (const max of new Set([2, 3, 4, ids.length >> 1, ids.length - 1, ids.length, ids.length + 1])) {
      cuts.push(await cut(text, null, max % 2 === 0 ? "LongestFirst" : "OnlyFirst", max, 0));
    }
    cuts.push(await cut(text, null, "OnlySecond", 4, 0), await cut(text, null, "OnlySecond", ids.length, 0));
    write(text, null, cuts);
  }

  const long = distinct(read(folder, "tokens-windows.jsonl")).filter(({ text }) => text.length < 300 && text.isWellFormed());
  for (const { text } of spread(long, windowed)) {
    const room = await lengthOf(text);
    const cuts = [];
    for (const [width, stride] of [[2, 1], [5, 0], [6, 2], [7, 5], [room >> 1, 3], [room - 1, 0], [room, 1]]) {
      if (width > stride) {
        cuts.push(await cut(text, null, "LongestFirst", width + 2, stride));
      }
    }
    write(text, null, cuts);
  }

  for (const { text, pair } of spread(distinct(read(folder, "tokens-pairs.jsonl")).filter(({ text, pair }) => text.isWellFormed() && pair.isWellFormed()), pairs)) {
    const first = await lengthOf(text);
    const second = await lengthOf(pair);
    if (first === 0 || second === 0 || first + second > 3 * fewTokens) {
      continue;
    }
    const added = (await whole.encode(text, pair)).getLength() - first - second;
    const cuts = [];
    const total = first + second;
    for (const room of new Set([0, 1, 2, 5, Math.min(first, second), (total >> 1) + 1, total - 1, total])) {
      for (const strategy of ["LongestFirst", "OnlyFirst", "OnlySecond"]) {
        cuts.push(await cut(text, pair, strategy, room + added, 0));
      }
    }
    for (const [strategy, kept, length] of [["OnlyFirst", second, first], ["OnlySecond", first, second]]) {
      if (length > 6) {
        cuts.push(await cut(text, pair, strategy, kept + added + 5, 2));
      }
    }
    write(text, pair, cuts);
  }
  writeFileSync(`sides/${folder}.jsonl`, lines.join("\n") + "\n");
  console.log(`${folder}: ${lines.length} texts, ${lines.flatMap(line => JSON.parse(line).cuts).length} cuts`);
}
