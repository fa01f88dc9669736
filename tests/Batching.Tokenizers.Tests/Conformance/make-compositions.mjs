// Makes compositions.jsonl: the ids and offsets that Hugging Face's own library (npm's "tokenizers") gives with pre-tokenizers
// of every kind before models of every kind; and unicode/numbers.json: which scalars are numbers to its Digits.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-compositions.mjs
//
// A line is a folder, a change of its tokenizer.json as in make-parts.mjs, and texts with their ids, without special tokens
// around them, and their offsets, which count in Unicode scalars: one flat list, start and end of each token in turn.
import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "tokenizers";

const digits = individual_digits => ({ type: "Digits", individual_digits });
const byteLevel = (add_prefix_space, use_regex) => ({ type: "ByteLevel", add_prefix_space, trim_offsets: false, use_regex });
const metaspace = (prepend_scheme, split) => ({ type: "Metaspace", replacement: "\u2581", prepend_scheme, split });
const sequence = (...pretokenizers) => ({ type: "Sequence", pretokenizers });
const bert = { type: "BertPreTokenizer" };
const whitespaceSplit = { type: "WhitespaceSplit" };

const all = [
  null, bert, whitespaceSplit, digits(true), digits(false), byteLevel(false, true), byteLevel(true, false), metaspace("always", true), metaspace("first", false),
  metaspace("never", true), sequence(), sequence(bert), sequence(digits(true), byteLevel(false, true)), sequence(digits(false), byteLevel(true, true)),
  sequence(byteLevel(false, true), digits(true)), sequence(whitespaceSplit, byteLevel(true, false)), sequence(bert, digits(true)),
  sequence(whitespaceSplit, sequence(digits(false), bert)), sequence(metaspace("first", true), digits(false)), sequence(metaspace("always", true), whitespaceSplit),
  sequence(whitespaceSplit, digits(true), metaspace("always", true)), sequence(digits(true), metaspace("never", false)), sequence(digits(false), digits(true)),
];
const models = {
  "byte-bpe": [{}, { ignore_merges: true }, { merges: [], unk_token: "<unk>" }, { merges: [], unk_token: "<unk>", fuse_unk: true }],
  "wordpiece-cased": [{}],
  "unigram": [{}],
};
const texts = special => [
  "", " ", "  ", "12", "a1", "1a", "a12b", " 12 ", "in 2024 I paid $1,234.56!", "3.14159 and 2,71828", "x\u00B2 + y\u00B3", "\u00BD cup", "\u2163 \u2167 chapters",
  "\u0661\u0662\u0663 abc", "\u096B\u096C", "\uFF11\uFF12", "\u3007\u4E00\u4E8C", "\u{1D7D8}\u{1D7D9}z", "\u{1F100}\u{10107}", "no digits at all", "the  double   spaces ",
  "\tTab\nnewline\r\n\u00A0nbsp\u3000wide", "don't it's", "caf\u00E9 cafe\u0301", "\u4E2D\u6587 12\u4E2D", "\u{1F600}7\u{1F600} 8", "\u2581a \u2581\u2581b", "hello,world 1st 2nd",
  special, `${special}12`, `a ${special} 1b`, `12 ${special}${special} x`, "x\u200B1\u200B", "y\uFFFD5", "e\u0301\u03231",
];

const definition = (folder, change) => {
  const json = JSON.parse(readFileSync(`${folder}/tokenizer.json`, "utf8"));
  return { ...json, ...change, model: { ...json.model, ...change.model }, truncation: null, padding: null };
};

const lines = [];
for (const [folder, variants] of Object.entries(models)) {
  for (const model of variants) {
    for (const pre_tokenizer of all) {
      const change = Object.keys(model).length > 0 ? { pre_tokenizer, model } : { pre_tokenizer };
      const json = definition(folder, change);
      const tokenizer = Tokenizer.fromString(JSON.stringify(json));
      const rows = [];
      for (const text of texts(json.added_tokens[0].content)) {
        const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false });
        rows.push([text, encoding.getIds(), encoding.getOffsets().flat()]);
      }
      lines.push(JSON.stringify({ folder, change, rows }) + "\n");
    }
  }
}
writeFileSync("compositions.jsonl", lines.join(""));

// A scalar between letters is a token of its own where Digits splits it off.
const tokenizer = Tokenizer.fromString(JSON.stringify({
  version: "1.0", added_tokens: [], normalizer: null, pre_tokenizer: digits(true), post_processor: null, decoder: null,
  model: { type: "WordLevel", vocab: { "[UNK]": 0 }, unk_token: "[UNK]" },
}));
const numbers = [];
const scalars = Array.from({ length: 0x110000 }, (_, scalar) => scalar).filter(scalar => scalar < 0xD800 || scalar > 0xDFFF);
for (let start = 0; start < scalars.length; start += 4096) {
  const part = scalars.slice(start, start + 4096);
  const offsets = (await tokenizer.encode("x" + part.map(scalar => String.fromCodePoint(scalar) + "x").join(""))).getOffsets();
  const alone = new Set(offsets.filter(([from, to]) => to - from === 1 && from % 2 === 1).map(([from]) => from));
  numbers.push(...part.filter((_, i) => alone.has(2 * i + 1)));
}
const ranges = [];
for (const scalar of numbers) {
  const last = ranges.at(-1);
  if (last && last[1] === scalar - 1) {
    last[1] = scalar;
  } else {
    ranges.push([scalar, scalar]);
  }
}
writeFileSync("unicode/numbers.json", JSON.stringify(ranges) + "\n");
console.log(`${lines.length} compositions, ${numbers.length} numbers in ${ranges.length} ranges`);
