// Makes regexes.jsonl.gz: what Hugging Face's own library (npm's "tokenizers", whose expressions are Oniguruma's) does with
// random expressions in random texts.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-regexes.mjs
//
// A line is an expression, and texts, each with what Replace makes of its matches and with the pieces that Split isolates;
// or an expression that the library refuses.
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
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
const random = randomFrom(20261127);
const pick = list => list[random(list.length)];

const atoms = ["a", "b", "s", "S", "t", "ß", "1", "é", "k", " ", "\\n", "\\r", "'", "-", ".", ".", "\\s", "\\S", "\\w", "\\W", "\\d", "\\D", "\\h", "\\R", "\\X",
  "\\p{L}", "\\p{N}", "\\p{Lu}", "\\p{Ll}", "\\P{L}", "\\p{^N}", "\\p{Han}", "\\p{M}", "\\p{P}", "\\x{1F600}", "\\u00e9", "\\x41", "😀", "中", "\\.", "\\'", "\\#", "#", "\\O", "\\N"];
const places = ["^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B"];
const members = ["a-z", "A-Z", "0-9", "é", "s", "ß", "\\s", "\\S", "\\d", "\\p{L}", "\\P{N}", "\\n", "^", "-", "]", "[:alpha:]", "[:^digit:]", "[:punct:]", "中-龥", " ", "'", "\\]", "\\-", "&", ".", "k", "[a-c]", "[^b]"];
const quantifiers = ["?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,2}", "{2,}", "{,2}", "{1,2}?", "{1,2}+", "{2}?", "{2}+", "{", "{a}", "+*", "?*"];

function classOf(depth) {
  let text = random(4) === 0 ? "[^" : "[";
  for (let i = 1 + random(3); i > 0; i--) {
    text += pick(members);
  }
  if (random(5) === 0) {
    text += `&&${depth > 0 && random(2) === 0 ? classOf(depth - 1) : pick(members)}`;
  }
  return `${text}]`;
}

function group(depth) {
  const inner = choice(depth - 1);
  switch (random(12)) {
    case 0: return `(?=${inner})`;
    case 1: return `(?!${inner})`;
    case 2: return `(?<=${pick(atoms)})`;
    case 3: return `(?<!${pick(atoms)}${pick(atoms)})`;
    case 4: return `(?>${inner})`;
    case 5: case 6: return `(?i:${inner})`;
    case 7: return `(?m:${inner})`;
    case 8: return `(?i)${inner}`;
    case 9: return `(?<n${random(100)}>${inner})`;
    case 10: return `(${inner})`;
    default: return `(?:${inner})`;
  }
}

function sequence(depth) {
  let text = "";
  for (let i = random(4) + (random(8) === 0 ? 0 : 1); i > 0; i--) {
    const kind = random(10);
    if (kind === 0) {
      text += pick(places);
      continue;
    }
    text += kind < 6 || depth === 0 ? pick(atoms) : kind < 8 ? classOf(1) : group(depth);
    text += random(3) === 0 ? pick(quantifiers) : "";
  }
  return text;
}

function choice(depth) {
  let text = sequence(depth);
  while (random(4) === 0) {
    text += `|${sequence(depth)}`;
  }
  return text;
}

const pieces = ["a", "b", "ab", "aab", "s", "S", "ss", "SS", "ß", "ẞ", "ſ", "st", "ﬆ", "K", "k", "\u212A", "1", "12", "é", "e\u0301", "É", " ", "  ", "\n", "\r\n", "\n\n", "'", "-", ".", "#", "中", "文字", "😀", "👨‍👩‍👧", "🇩🇪🇫🇷", "\u00A0", "\u3000", "_", "]", "^", "&", "ǅ", "٣", "ा", "क्ष", "\u200D", "c", "x", "A"];
const fixed = ["", "a", "ab ab", "aab  ß ss\n\nSS'a-b.c 12 中文😀 é", "straße STRASSE\r\n'S 's"];
function textsOf() {
  const texts = [...fixed];
  while (texts.length < 9) {
    let text = "";
    for (let i = 1 + random(10); i > 0; i--) {
      text += pick(pieces);
    }
    texts.push(text);
  }
  return texts;
}

const known = ["'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"];
const lines = [];
while (lines.length < 1500) {
  const pattern = known.pop() ?? choice(3);
  const part = { version: "1.0", truncation: null, padding: null, added_tokens: [], post_processor: null, decoder: null, model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" } };
  let tokenizer;
  try {
    tokenizer = Tokenizer.fromString(JSON.stringify({
      ...part,
      normalizer: { type: "Replace", pattern: { Regex: pattern }, content: "•" },
      pre_tokenizer: { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    }));
  } catch {
    lines.push(JSON.stringify({ pattern, refused: true }));
    continue;
  }
  const normalizer = tokenizer.getNormalizer();
  const preTokenizer = tokenizer.getPreTokenizer();
  lines.push(JSON.stringify({ pattern, rows: textsOf().map(text => [text, normalizer.normalizeString(text), preTokenizer.preTokenizeString(text).map(piece => piece[0])]) }));
}
writeFileSync("regexes.jsonl.gz", gzipSync(`${lines.join("\n")}\n`, { level: 9 }));
