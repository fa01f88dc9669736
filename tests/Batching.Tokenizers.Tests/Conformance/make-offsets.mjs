// Makes offsets/*.jsonl: which part of the text every token stands for, by Hugging Face's own library (npm's "tokenizers"),
// which counts in Unicode scalars.
//
//     npm install --ignore-scripts tokenizers@0.23.2 @anush008/tokenizers@0.6.0
//     node make-offsets.mjs ../../../models/distilbert-l6-h384-uncased-sst2/tokenizer.json
//
// singles-*.jsonl, parts-*.jsonl and unigram.jsonl go line by line with the texts of */tokens-singles.jsonl (every so many
// of them), parts/*.jsonl and unigram/variants.jsonl; trimming.jsonl and rows.jsonl have their own texts. Offsets are one flat
// list: start and end of each token in turn.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "tokenizers";
import older from "@anush008/tokenizers";

// 0.23 reads no further than a limit asks for, and so has fewer windows and cuts pairs elsewhere than transformers; this is 0.22.
const OlderTokenizer = older.Tokenizer;
const bert = process.argv[2];
const lines = file => readFileSync(file, "utf8").split("\n").filter(line => line).map(line => JSON.parse(line));
const special = (content, id, lstrip = false) => ({ id, content, single_word: false, lstrip, rstrip: false, normalized: false, special: true });
const definition = name => {
  const json = JSON.parse(readFileSync(name === "bert-base-uncased" ? bert : `${name}/tokenizer.json`, "utf8"));
  if (name === "unigram") {
    // Those that transformers adds when it loads the file.
    json.added_tokens.push(special("<unk>", 3), special("<pad>", 1), special("<mask>", json.model.vocab.length - 1, true));
  }
  return json;
};
const load = json => Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
const write = (name, list) => writeFileSync(`offsets/${name}.jsonl`, list.map(line => JSON.stringify(line) + "\n").join(""));
const offsetsOf = encoding => encoding.getOffsets().flat();

function change(original, { added_tokens = [], model = {}, without = [], ...rest }) {
  const json = { ...original, ...rest, model: { ...original.model, vocab: { ...original.model.vocab }, ...model } };
  without.forEach(token => delete json.model.vocab[token]);
  let id = Object.keys(json.model.vocab).length;
  json.added_tokens = [...original.added_tokens, ...added_tokens.map(token => ({ id: json.model.vocab[token.content] ?? id++, ...token }))];
  return json;
}

async function singles(name, every) {
  const tokenizer = load(definition(name));
  const list = [];
  const texts = lines(`${name}/tokens-singles.jsonl`);
  for (let i = 0; i < texts.length; i += every) {
    list.push({ line: i, offsets: offsetsOf(await tokenizer.encode(texts[i].text.toWellFormed())) });
  }
  write(`singles-${name}`, list);
}

async function parts(name) {
  const original = definition(name);
  const list = [];
  for (const { change: changed, ids } of lines(`parts/${name}.jsonl`)) {
    const tokenizer = load(change(original, changed));
    const offsets = [];
    for (const [text] of ids) {
      offsets.push(offsetsOf(await tokenizer.encode(text)));
    }
    list.push(offsets);
  }
  write(`parts-${name}`, list);
}

async function unigram() {
  const base = definition("unigram");
  const { precompiled_charsmap } = base.normalizer.normalizers[0];
  const list = [];
  let tokenizer;
  for (const line of lines("unigram/variants.jsonl")) {
    if (Array.isArray(line)) {
      list.push(offsetsOf(await tokenizer.encode(line[0], null, { addSpecialTokens: false })));
    } else {
      const json = JSON.stringify({ ...base, ...line.changes }, (key, value) => key === "precompiled_charsmap" ? precompiled_charsmap : value);
      tokenizer = Tokenizer.fromString(json);
      list.push([]);
    }
  }
  write("unigram", list);
}

// Byte-level tokens with and without the spaces around them.
async function trimming() {
  const original = definition("byte-bpe");
  const texts = [
    "", " ", "  ", "\n", "a", " a", "  a", "a ", " a b ", "Hello  world", "\tthe cat", " \t the  cat", "é", " é", "\u00A0x", " \u00A0 x", "\u3000\u3000the",
    "<mask>", " <mask> the", "the <mask>  the", "<mask> <mask>", "😀 😀", "  😀", "the\n\nthe", "don't  'll", "👩‍👩‍👧 x", "한국 어", "e\u0301 e\u0301", "the the the the the the",
  ];
  const list = [];
  for (const add_prefix_space of [false, true]) {
    for (const use_regex of [true, false]) {
      for (const post_processor of [
        { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0], trim_offsets: true, add_prefix_space: true },
        { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0], trim_offsets: true, add_prefix_space: false },
        { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0], trim_offsets: false, add_prefix_space: true },
        { type: "BertProcessing", sep: ["</s>", 2], cls: ["<s>", 0] },
      ]) {
        for (const strips of [false, true]) {
          const changed = {
            pre_tokenizer: { type: "ByteLevel", add_prefix_space, trim_offsets: true, use_regex },
            post_processor,
            added_tokens: [{ content: "the", special: false, single_word: false, lstrip: strips, rstrip: strips, normalized: false }],
          };
          const tokenizer = load(change(original, changed));
          const offsets = [];
          for (const text of texts) {
            offsets.push(offsetsOf(await tokenizer.encode(text)));
          }
          list.push({ change: changed, offsets });
        }
      }
    }
  }
  write("trimming", [{ texts }, ...list]);
}

// Pairs, cut rows and windows.
async function rows(name) {
  const tokenizer = OlderTokenizer.fromString(JSON.stringify(definition(name)));
  const texts = [
    "The naïve café — déjà vu, ﬁne!", "  Hello   world 中文 \u0001 x", "<mask> [MASK] the <mask>", "한국어 e\u0301\u0323 😀 👩‍👩‍👧 İstanbul ΑΣ", "a", "",
    "one two three four five six seven eight nine ten",
  ];
  const list = [];
  for (const [i, text] of texts.entries()) {
    const pair = texts[(i * 3 + 1) % texts.length] || "an empty pair is none";
    for (const max_length of [8, 13, 40]) {
      for (const [strategy, withPair, stride] of [["LongestFirst", false, 0], ["LongestFirst", false, 2], ["LongestFirst", true, 0], ["OnlySecond", true, 0]]) {
        let encodings;
        try {
          tokenizer.setTruncation(max_length, { strategy, stride });
          const encoding = await tokenizer.encode(text, withPair ? pair : null);
          encodings = stride > 0 ? [encoding, ...encoding.getOverflowing()] : [encoding];
        } catch {
          continue;
        }
        list.push({
          tokenizer: name, text, pair: withPair ? pair : null, max_length, strategy, stride,
          rows: encodings.map(row => ({ ids: row.getIds(), offsets: offsetsOf(row), sequences: row.getSequenceIds().map(sequence => sequence ?? -1) })),
        });
      }
    }
  }
  return list;
}

mkdirSync("offsets", { recursive: true });
await singles("bert-base-uncased", 4);
for (const name of ["wordpiece-cased", "wordpiece-cased-strip", "wordpiece-lower-keep", "wordpiece-lower-nochinese", "wordpiece-lower-noclean"]) {
  await singles(name, 2);
}
await singles("byte-bpe", 4);
await singles("unigram", 2);
await parts("byte-bpe");
await parts("wordpiece-cased");
await unigram();
await trimming();
write("rows", (await Promise.all(["bert-base-uncased", "byte-bpe", "unigram"].map(rows))).flat());
