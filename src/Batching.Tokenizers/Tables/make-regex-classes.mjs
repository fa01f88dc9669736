// Makes regex-classes.tsv: the code points of every character class of a regular expression, and which characters
// (?i:...) takes for each other, asked of Hugging Face's own library, whose expressions are Oniguruma's.
//
//     npm install --ignore-scripts tokenizers@0.23.2
//     node make-regex-classes.mjs > regex-classes.tsv
//
// Run it in a folder where the package is installed. A property that the library does not know is left out.
import { Tokenizer } from "tokenizers";

const hex = scalar => scalar.toString(16).toUpperCase();
const char = String.fromCodePoint;
const scalars = [];
for (let scalar = 0; scalar <= 0x10FFFF; scalar++) {
  if (scalar < 0xD800 || scalar > 0xDFFF) {
    scalars.push(scalar);
  }
}

function normalizer(pattern, content) {
  const json = {
    version: "1.0", truncation: null, padding: null, added_tokens: [], pre_tokenizer: null, post_processor: null, decoder: null,
    normalizer: { type: "Replace", pattern: { Regex: pattern }, content },
    model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
  };
  return Tokenizer.fromString(JSON.stringify(json)).getNormalizer();
}

// What is left of all characters is not of the class.
const blocks = [];
for (let i = 0; i < scalars.length; i += 4096) {
  blocks.push(scalars.slice(i, i + 4096).map(scalar => char(scalar)).join(""));
}
function classOf(pattern) {
  const normal = normalizer(pattern, "");
  const matched = [];
  for (const block of blocks) {
    const left = new Set(normal.normalizeString(block));
    for (const c of block) {
      if (!left.has(c)) {
        matched.push(c.codePointAt(0));
      }
    }
  }
  return matched;
}

function ranges(matched) {
  const found = [];
  for (const scalar of matched) {
    const last = found.at(-1);
    // Surrogates are no characters, so that a range goes on behind them.
    if (last && (scalar === last[1] + 1 || (last[1] === 0xD7FF && scalar === 0xE000))) {
      last[1] = scalar;
    } else {
      found.push([scalar, scalar]);
    }
  }
  return found.map(([first, last]) => first === last ? hex(first) : `${hex(first)}-${hex(last)}`).join(" ");
}

const names = `
  C,Other Cc,Control Cf,Format Cn,Unassigned Co,Private_Use L,Letter LC,Cased_Letter Ll,Lowercase_Letter Lm,Modifier_Letter Lo,Other_Letter
  Lt,Titlecase_Letter Lu,Uppercase_Letter M,Mark,Combining_Mark Mc,Spacing_Mark Me,Enclosing_Mark Mn,Nonspacing_Mark N,Number Nd,Decimal_Number Nl,Letter_Number
  No,Other_Number P,Punctuation Pc,Connector_Punctuation Pd,Dash_Punctuation Pe,Close_Punctuation Pf,Final_Punctuation Pi,Initial_Punctuation
  Po,Other_Punctuation Ps,Open_Punctuation S,Symbol Sc,Currency_Symbol Sk,Modifier_Symbol Sm,Math_Symbol So,Other_Symbol Z,Separator
  Zl,Line_Separator Zp,Paragraph_Separator Zs,Space_Separator
  Any Assigned Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space,White_Space,WSpace Upper XDigit Word ASCII
  Alphabetic Uppercase Lowercase Cased Case_Ignorable Dash Diacritic Emoji Emoji_Component Emoji_Modifier Emoji_Modifier_Base Emoji_Presentation
  Extended_Pictographic Extender Grapheme_Base Grapheme_Extend Hex_Digit ASCII_Hex_Digit ID_Continue ID_Start Ideographic Join_Control Math
  Noncharacter_Code_Point Pattern_White_Space Pattern_Syntax Quotation_Mark Radical Regional_Indicator Sentence_Terminal Soft_Dotted
  Terminal_Punctuation Unified_Ideograph Variation_Selector XID_Continue XID_Start Default_Ignorable_Code_Point
  Adlam,Adlm Ahom Anatolian_Hieroglyphs,Hluw Arabic,Arab Armenian,Armn Avestan,Avst Balinese,Bali Bamum,Bamu Bassa_Vah,Bass Batak,Batk Bengali,Beng
  Bhaiksuki,Bhks Bopomofo,Bopo Brahmi,Brah Braille,Brai Buginese,Bugi Buhid,Buhd Canadian_Aboriginal,Cans Carian,Cari Caucasian_Albanian,Aghb
  Chakma,Cakm Cham Cherokee,Cher Chorasmian,Chrs Common,Zyyy Coptic,Copt,Qaac Cuneiform,Xsux Cypriot,Cprt Cypro_Minoan,Cpmn Cyrillic,Cyrl Deseret,Dsrt
  Devanagari,Deva Dives_Akuru,Diak Dogra,Dogr Duployan,Dupl Egyptian_Hieroglyphs,Egyp Elbasan,Elba Elymaic,Elym Ethiopic,Ethi Garay,Gara Georgian,Geor
  Glagolitic,Glag Gothic,Goth Grantha,Gran Greek,Grek Gujarati,Gujr Gunjala_Gondi,Gong Gurmukhi,Guru Gurung_Khema,Gukh Han,Hani Hangul,Hang
  Hanifi_Rohingya,Rohg Hanunoo,Hano Hatran,Hatr Hebrew,Hebr Hiragana,Hira Imperial_Aramaic,Armi Inherited,Zinh,Qaai Inscriptional_Pahlavi,Phli
  Inscriptional_Parthian,Prti Javanese,Java Kaithi,Kthi Kannada,Knda Katakana,Kana Kawi Kayah_Li,Kali Kharoshthi,Khar Khitan_Small_Script,Kits
  Khmer,Khmr Khojki,Khoj Khudawadi,Sind Kirat_Rai,Krai Lao,Laoo Latin,Latn Lepcha,Lepc Limbu,Limb Linear_A,Lina Linear_B,Linb Lisu Lycian,Lyci Lydian,Lydi
  Mahajani,Mahj Makasar,Maka Malayalam,Mlym Mandaic,Mand Manichaean,Mani Marchen,Marc Masaram_Gondi,Gonm Medefaidrin,Medf Meetei_Mayek,Mtei
  Mende_Kikakui,Mend Meroitic_Cursive,Merc Meroitic_Hieroglyphs,Mero Miao,Plrd Modi Mongolian,Mong Mro,Mroo Multani,Mult Myanmar,Mymr Nabataean,Nbat
  Nag_Mundari,Nagm Nandinagari,Nand New_Tai_Lue,Talu Newa Nko,Nkoo Nushu,Nshu Nyiakeng_Puachue_Hmong,Hmnp Ogham,Ogam Ol_Chiki,Olck Ol_Onal,Onao
  Old_Hungarian,Hung Old_Italic,Ital Old_North_Arabian,Narb Old_Permic,Perm Old_Persian,Xpeo Old_Sogdian,Sogo Old_South_Arabian,Sarb Old_Turkic,Orkh
  Old_Uyghur,Ougr Oriya,Orya Osage,Osge Osmanya,Osma Pahawh_Hmong,Hmng Palmyrene,Palm Pau_Cin_Hau,Pauc Phags_Pa,Phag Phoenician,Phnx
  Psalter_Pahlavi,Phlp Rejang,Rjng Runic,Runr Samaritan,Samr Saurashtra,Saur Sharada,Shrd Shavian,Shaw Siddham,Sidd SignWriting,Sgnw Sinhala,Sinh
  Sogdian,Sogd Sora_Sompeng,Sora Soyombo,Soyo Sundanese,Sund Sunuwar,Sunu Syloti_Nagri,Sylo Syriac,Syrc Tagalog,Tglg Tagbanwa,Tagb Tai_Le,Tale
  Tai_Tham,Lana Tai_Viet,Tavt Takri,Takr Tamil,Taml Tangsa,Tnsa Tangut,Tang Telugu,Telu Thaana,Thaa Thai Tibetan,Tibt Tifinagh,Tfng Tirhuta,Tirh
  Todhri,Todr Toto Tulu_Tigalari,Tutg Ugaritic,Ugar Unknown,Zzzz Vai,Vaii Vithkuqi,Vith Wancho,Wcho Warang_Citi,Wara Yezidi,Yezi Yi,Yiii
  Zanabazar_Square,Zanb`.trim().split(/\s+/).map(all => all.split(","));

const lines = [];
for (const [first, ...others] of names) {
  try {
    const known = [first, ...others.filter(name => { try { normalizer(`\\p{${name}}`, ""); return true; } catch { return false; } })];
    lines.push(`class\t${known.map(name => name.toLowerCase().replaceAll("_", "")).join(",")}\t${ranges(classOf(`\\p{${first}}`))}`);
  } catch (error) {
    console.error(`${first}: ${error.message}`);
  }
}

for (const [name, pattern] of [["\\d", "\\d"], ["\\h", "\\h"], ["\\s", "\\s"], ["\\w", "\\w"],
  ...["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"].map(name => [`[:${name}:]`, `[[:${name}:]]`])]) {
  lines.push(`class\t${name}\t${ranges(classOf(pattern))}`);
}

// What may be another character without regard to case: asked of each about all of them.
const candidates = scalars.filter(scalar => {
  const c = char(scalar);
  return c.toLowerCase() !== c || c.toUpperCase() !== c || c.toUpperCase().toLowerCase() !== c;
});
const all = candidates.map(scalar => char(scalar)).join("\0");
const sequences = new Set();
for (const scalar of candidates) {
  for (const folded of [char(scalar).toUpperCase().toLowerCase(), char(scalar).toLowerCase(), char(scalar).toLowerCase().toUpperCase().toLowerCase()]) {
    if ([...folded].length > 1) {
      sequences.add(folded);
      sequences.add(folded.replaceAll("ς", "σ"));
    }
  }
}
const equal = new Map();
for (const scalar of candidates) {
  const left = new Set(normalizer(`(?i:\\x{${hex(scalar)}})`, "").normalizeString(all));
  const others = candidates.filter(other => other !== scalar && !left.has(char(other)));
  if (left.has(char(scalar))) {
    throw new Error(`${hex(scalar)} is not itself`);
  }
  equal.set(scalar, [scalar, ...others].sort((one, other) => one - other));
}
for (const [scalar, same] of equal) {
  if (same.some(other => equal.get(other).join() !== same.join())) {
    throw new Error(`${hex(scalar)} is another that is not it`);
  }
  if (same.length > 1 && same[0] === scalar) {
    lines.push(`same\t${same.map(hex).join(" ")}`);
  }
}
for (const sequence of sequences) {
  const pattern = `\\A(?i:${[...sequence].map(c => `\\x{${hex(c.codePointAt(0))}}`).join("")})\\z`;
  const normal = normalizer(pattern, "");
  const singles = candidates.filter(scalar => normal.normalizeString(char(scalar)) === "");
  const back = candidates.filter(scalar => normalizer(`\\A(?i:\\x{${hex(scalar)}})\\z`, "").normalizeString(sequence) === "");
  if (singles.join() !== back.join()) {
    console.error(`${sequence}: ${singles.map(hex)} and back ${back.map(hex)}`);
  }
  if (singles.length > 0) {
    lines.push(`several\t${[...sequence].map(c => hex(c.codePointAt(0))).join(" ")}\t${singles.map(hex).join(" ")}`);
  }
}

// The scripts that the UnicodeScripts pre-tokenizer tells apart, by number. It does not say their names, but cuts between two.
const scripts = Tokenizer.fromString(JSON.stringify({
  version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: { type: "UnicodeScripts" },
  post_processor: null, decoder: null, model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
})).getPreTokenizer();
function cutsOf(text) {
  const cuts = new Set();
  let position = 0;
  for (const [piece] of scripts.preTokenizeString(text)) {
    cuts.add(position);
    position += [...piece].length;
  }
  return cuts;
}
const any = new Set();
for (let i = 0; i < scalars.length; i += 2000) {
  const some = scalars.slice(i, i + 2000);
  const cuts = cutsOf(some.map(scalar => `a${char(scalar)}あ${char(scalar)}`).join(""));
  some.forEach((scalar, index) => !cuts.has(4 * index + 1) && !cuts.has(4 * index + 3) && any.add(scalar));
}
const known = [];
const others = scalars.filter(scalar => !any.has(scalar));
let next = 0;
for (const [piece] of scripts.preTokenizeString(others.map(scalar => char(scalar)).join(""))) {
  const alike = others.slice(next, next += [...piece].length);
  const cuts = cutsOf(known.map(script => char(script[0], alike[0])).join(""));
  const script = known.find((_, index) => !cuts.has(2 * index + 1));
  script ? script.push(...alike) : known.push(alike);
}
known.forEach((script, index) => lines.push(`script\t${index + 1}\t${ranges(script.sort((one, other) => one - other))}`));

console.log(`# Hugging Face tokenizers 0.23.2 (Oniguruma): the characters of each class of a regular expression. Made by make-regex-classes.mjs.
# class: its names, and ranges of code points. same: characters that are each other under (?i:...). several: characters that a single one of others may be there. script: those of UnicodeScripts.`);
console.log(lines.join("\n"));
