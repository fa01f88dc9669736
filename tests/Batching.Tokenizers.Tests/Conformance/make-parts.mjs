// Makes parts/*.jsonl: the ids that Hugging Face's own library (npm's "tokenizers") gives with added tokens of every
// combination of options, with normalizers one after the other, and with the options of byte-level BPE.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-parts.mjs
//
// A line is a change of the folder's tokenizer.json, and texts with their ids. In a change, "added_tokens" are added to
// those of the file, "model" replaces options of the model, "without" are tokens that its vocabulary loses, and all else
// is put in place of the file's.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "tokenizers";

// mulberry32: the same numbers on every machine.
function randomFrom(seed) {
  return limit => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

const spaces = [" ", "  ", "   ", "\t", "\n", "\r\n", "\u000B", "\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u202F", "\u205F", "\u3000"];
const notQuiteSpaces = ["\u200B", "\u180E", "\u0000", "\u001C", "\uFEFF", "\u00AD"];
const words = [
  "the", "Hello", "don't", "it's", "I'LL", "we've", "'s", "'tis", "''re", "x", "_", "a_b", "9", "1234", "½", "Ⅳ", "²", "!", "...", "?!", "-", "$", "€",
  "naïve", "CAFÉ", "cafe\u0301", "É", "ǅ", "İ", "ß", "ﬁ", "①", "Ω", "Å", "가", "각", "\u1100\u1161\u11A8", "中文", "日本", "नमस्ते", "עברית", "ไทย",
  "😀", "👨‍👩‍👧", "🇩🇪", "\u0301", "\u0345\u0301", "a\u0323\u0307", "a\u0307\u0323", "\u05B0", "𝒳", "\u{1D165}", "\uFFFD", "\u{10FFFD}",
];
const fixed = ["", " ", "   ", "\n", "[X]", " [X] ", "[X][X]", "[X] [X]", "Day", "day", "DAY", "Daylight", "Monday", "Day_", "Day1", "a Day!", "É", "E\u0301", "é", "e\u0301"];

function textsOf(tokens, seed, count) {
  const random = randomFrom(seed);
  const pick = list => list[random(list.length)];
  const texts = [...fixed];
  while (texts.length < fixed.length + count) {
    let text = "";
    for (let i = 1 + random(7); i > 0; i--) {
      const kind = random(12);
      text += kind < 4 ? pick(tokens) : kind < 6 ? pick(spaces) : kind < 7 ? pick(notQuiteSpaces) : kind < 10 ? pick(words) : ` ${pick(words)}`;
    }
    texts.push(text);
  }
  return texts;
}

const flags = ["single_word", "lstrip", "rstrip", "normalized"];
const optionsOf = bits => Object.fromEntries(flags.map((flag, i) => [flag, (bits >> i & 1) === 1]));
const lower = { type: "Lowercase" };
const bert = options => ({ type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true, ...options });
const sequence = (...normalizers) => ({ type: "Sequence", normalizers });
const replace = (String, content) => ({ type: "Replace", pattern: { String }, content });
const spaceRuns = (Regex, content) => ({ type: "Replace", pattern: { Regex }, content });
const strip = (strip_left, strip_right) => ({ type: "Strip", strip_left, strip_right });
const form = type => ({ type });

const normalizers = [
  lower, form("NFC"), form("NFD"), form("NFKC"), form("NFKD"), form("StripAccents"), form("Nmt"), bert(), bert({ lowercase: false, strip_accents: true }),
  replace("a", ""), replace("the", "a Day"), replace(" ", "\u2581"), spaceRuns(" {2,}", " "), spaceRuns(" {1,}", "_"), spaceRuns("ll", "L"),
  { type: "Prepend", prepend: "\u2581" }, { type: "Prepend", prepend: " " }, strip(true, true), strip(true, false), strip(false, true),
  sequence(form("NFD"), form("StripAccents"), lower), sequence(form("NFKC"), lower), sequence(lower, form("NFC")), sequence(),
  sequence(strip(true, true), spaceRuns(" {2,}", " "), sequence(lower, replace("x", "day")), { type: "Prepend", prepend: " " }),
  sequence(form("NFC"), bert({ handle_chinese_chars: false })), sequence(bert({ clean_text: false, strip_accents: false }), form("NFKD")),
];

function changes() {
  const list = [];
  const spellings = ["[X]", "Day", "Daylight", "\u00C9"];
  for (let bits = 0; bits < 16; bits++) {
    for (const normalizer of [null, bits % 2 === 0 ? lower : form("NFD"), bert()]) {
      list.push({ normalizer, added_tokens: spellings.map((content, i) => ({ content, special: i === 0, ...optionsOf(bits) })) });
    }
  }
  const mixed = Array.from({ length: 16 }, (_, bits) => ({ content: `T${"abcdefghijklmnop"[bits]}`, special: bits % 3 === 0, ...optionsOf(bits) }));
  list.push(...[null, lower, sequence(form("NFKC"), lower)].map(normalizer => ({ normalizer, added_tokens: mixed })));
  const nested = ["ab", "abab", "b", "aba", "bA"].map((content, i) => ({ content, special: i === 1, ...optionsOf(i % 2 === 0 ? 8 : 0) }));
  list.push(...[null, lower].map(normalizer => ({ normalizer, added_tokens: nested })));
  list.push(...normalizers.map(normalizer => ({ normalizer, added_tokens: [{ content: "Day", special: false, ...optionsOf(8) }] })));
  return list;
}

const byteLevel = (add_prefix_space, use_regex) => ({ type: "ByteLevel", add_prefix_space, trim_offsets: true, use_regex });
const { merges } = JSON.parse(readFileSync("byte-bpe/tokenizer.json", "utf8")).model;
const masks = [{ content: "[X]", special: true, ...optionsOf(2) }];
const bytePairChanges = [
  { pre_tokenizer: byteLevel(true, true), added_tokens: masks }, { pre_tokenizer: byteLevel(true, false), added_tokens: masks },
  { pre_tokenizer: byteLevel(false, false) }, { pre_tokenizer: byteLevel(true, true), normalizer: lower },
  { model: { ignore_merges: true } }, { model: { ignore_merges: true, merges: [] } }, { model: { merges: [] } },
  { model: { merges: [...merges.slice(0, 300).reverse(), ...merges.slice(0, 20)].map(pair => pair.join(" ")) } },
  { model: { merges: [] }, without: ["a", "e"] }, { model: { merges: [], unk_token: "<unk>" }, without: ["a", "e"] },
  { model: { merges: [], unk_token: "<unk>", fuse_unk: true }, without: ["a", "e", "Ġ"] },
  { post_processor: { type: "BertProcessing", sep: ["</s>", 2], cls: ["<s>", 0] } },
];

const folders = {
  "byte-bpe": { changes: [...changes(), ...bytePairChanges], texts: 30 },
  "wordpiece-cased": { changes: changes(), texts: 20 },
};

mkdirSync("parts", { recursive: true });
for (const [folder, { changes, texts: count }] of Object.entries(folders)) {
  const original = JSON.parse(readFileSync(`${folder}/tokenizer.json`, "utf8"));
  const lines = [];
  let seed = 1;
  for (const change of changes) {
    const { added_tokens = [], model = {}, without = [], ...rest } = change;
    const json = { ...original, ...rest, model: { ...original.model, vocab: { ...original.model.vocab }, ...model } };
    without.forEach(token => delete json.model.vocab[token]);
    let id = Object.keys(json.model.vocab).length;
    json.added_tokens = [...original.added_tokens, ...added_tokens.map(token => ({ id: json.model.vocab[token.content] ?? id++, ...token }))];
    const tokenizer = Tokenizer.fromString(JSON.stringify(json));
    const spelled = json.added_tokens.flatMap(({ content }) => [content, content.toLowerCase(), content.toUpperCase()]);
    const texts = textsOf(spelled, seed++, count);
    const ids = [];
    for (const text of texts) {
      ids.push([text, (await tokenizer.encode(text)).getIds()]);
    }
    lines.push(JSON.stringify({ change, ids }));
  }
  writeFileSync(`parts/${folder}.jsonl`, lines.join("\n") + "\n");
  console.log(`${folder}: ${lines.length} changes`);
}
