/**
 * Writes src/protocols/gen/*.ts from the .proto files beside this one: `deno task gen`.
 * It knows proto3 as far as our files use it, and refuses the rest by name.
 */
import protobuf from "protobufjs";
import { describe } from "./descriptors.ts";

/** What this program has no message of its own for. */
const WELL_KNOWN: Readonly<Record<string, { type: string; read: string; write: string }>> = {
  "google.protobuf.Struct": { type: "Struct", read: "readStruct", write: "writeStruct" },
  "google.protobuf.Timestamp": { type: "number", read: "readTimestamp", write: "writeTimestamp" },
};

const SCALARS: Readonly<Record<string, { type: string; method: string; wire: number; initial: string }>> = {
  string: { type: "string", method: "string", wire: 2, initial: '""' },
  bytes: { type: "Uint8Array", method: "byteString", wire: 2, initial: "NO_BYTES" },
  bool: { type: "boolean", method: "bool", wire: 0, initial: "false" },
  int32: { type: "number", method: "int32", wire: 0, initial: "0" },
};

/** What a field holds, map entries and list items taken one by one. `method` is the reader's and writer's, if it has one. */
interface Content {
  readonly type: string;
  readonly method?: string;
  readonly wire: number;
  readonly initial: string;
  readonly read: string;
  readonly write: string;
}

/**
 * From the texts of .proto files by file name, those of the TypeScript files by file name. Every file that is
 * imported must be given, but for google/protobuf. Throws Error for what is not proto3 or not known here.
 */
export function generate(protos: Readonly<Record<string, string>>): Record<string, string> {
  const root = new protobuf.Root();
  for (const [name, text] of Object.entries(protos)) {
    // The parser notes this name in everything it finds.
    Object.assign(protobuf.parse, { filename: name });
    protobuf.parse(text, root, { alternateCommentMode: true });
  }
  Object.assign(protobuf.parse, { filename: null });
  const files = Object.keys(protos).map((name) => [name.replace(/\.proto$/, ".ts"), fileOf(name, root)]);
  return { ...Object.fromEntries(files), "descriptors.ts": descriptorsOf(protos) };
}

function descriptorsOf(protos: Readonly<Record<string, string>>): string {
  const described = Object.entries(describe(protos)).toSorted(([a], [b]) => a < b ? -1 : 1);
  const files = described.map(([name, { symbols, services, imports, bytes }]) =>
    `  "${name}": {\n    symbols: ${list(symbols)},\n    services: ${list(services)},\n    imports: ${
      list(imports)
    },\n` +
    `    base64:\n${lines(btoa(String.fromCharCode(...bytes)))},\n  },\n`
  );
  return `// Written by \`deno task gen\` from proto/*.proto. Change those files, not this one.\n\n` +
    `/** The .proto files as serialized FileDescriptorProtos, with what they declare and what they import. */\n` +
    `export const DESCRIPTORS = {\n${files.join("")}} as const;\n`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "[]" : `[\n${names.map((name) => `      "${name}",\n`).join("")}    ]`;
}

function lines(text: string): string {
  return text.match(/.{1,100}/g)!.map((line) => `      "${line}"`).join(" +\n");
}

function fileOf(name: string, root: protobuf.Root): string {
  const parts: string[] = [];
  const foreign = new Map<string, Set<string>>();

  const visit = (space: protobuf.NamespaceBase) => {
    for (const object of space.nestedArray) {
      const ours = object.filename === name;
      if (ours && object instanceof protobuf.Enum) parts.push(enumOf(object));
      if (ours && object instanceof protobuf.Type) parts.push(messageOf(object, refer));
      if (ours && object instanceof protobuf.Service) parts.push(serviceOf(object));
      if (object instanceof protobuf.Namespace) visit(object);
    }
  };
  const refer = (other: protobuf.Type | protobuf.Enum) => {
    if (other.filename === name) return;
    const file = other.filename!.replace(/\.proto$/, ".ts");
    const names = foreign.get(file) ?? new Set();
    const short = nameOf(other);
    names.add(`type ${short}`);
    if (other instanceof protobuf.Type) names.add(`read${short}`).add(`write${short}`);
    foreign.set(file, names);
  };
  visit(root);

  const body = parts.join("\n");
  const imports = (file: string, names: string[]) => {
    const used = names.filter((each) => new RegExp(`\\b${each.replace("type ", "")}\\b`).test(body));
    return used.length > 0 ? `import {\n${used.map((each) => `  ${each},\n`).join("")}} from "${file}";\n` : "";
  };
  return [
    `// Written by \`deno task gen\` from proto/${name}. Change that file, not this one.\n` +
    imports("../../lib/protobuf.ts", LIB) + imports("../../lib/protobuf_struct.ts", STRUCT_LIB) +
    [...foreign].map(([file, names]) => imports(`./${file}`, [...names])).join(""),
    ...Object.keys(EMPTY).filter((each) => body.includes(each)).map((each) => EMPTY[each]),
    body,
  ].join("\n");
}

/** What the generated code may import from src/lib. */
const LIB = ["type Encodable", "Reader", "type Writer", "writer"];
const STRUCT_LIB = ["readStruct", "readTimestamp", "setEntry", "type Struct", "writeStruct", "writeTimestamp"];

/** One for all messages: what is empty need not be made anew for every frame. */
const EMPTY: Readonly<Record<string, string>> = {
  NO_BYTES: "const NO_BYTES = new Uint8Array(0);\n",
  NO_ITEMS: "const NO_ITEMS: readonly never[] = Object.freeze([]);\n",
  NO_ENTRIES: "const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze({});\n",
};

/** `a.b.Outer.Inner` is `Outer_Inner`. */
function nameOf(object: protobuf.ReflectionObject): string {
  const outer = object.parent;
  return outer instanceof protobuf.Type ? `${nameOf(outer)}_${object.name}` : object.name;
}

function comment(text: string | null, indent = ""): string {
  return text ? `${indent}/** ${text.replaceAll(/\s*\n\s*/g, " ")} */\n` : "";
}

function enumOf(object: protobuf.Enum): string {
  const name = nameOf(object);
  const values = Object.entries(object.values).map(([key, value]) =>
    `${comment(object.comments[key] ?? null, "  ")}  ${key}: ${value},\n`
  );
  return `${comment(object.comment)}export const ${name} = {\n${values.join("")}} as const;\n` +
    `/** One of the above, or a number this version does not know. */\nexport type ${name} = number;\n`;
}

function serviceOf(service: protobuf.Service): string {
  const name = service.fullName.slice(1);
  const methods = service.methodsArray.map((each) =>
    `${comment(each.comment, "  ")}  ${each.name}: "/${name}/${each.name}",\n`
  );
  return `${comment(service.comment)}export const ${service.name} = {\n  name: "${name}",\n${
    methods.join("")
  }} as const;\n`;
}

function messageOf(message: protobuf.Type, refer: (other: protobuf.Type | protobuf.Enum) => void): string {
  const name = nameOf(message);
  const fields = message.fieldsArray.toSorted((a, b) => a.id - b.id);
  const contents = new Map(fields.map((field) => [field, contentOf(field, refer)]));
  const content = (field: protobuf.Field) => contents.get(field)!;
  const maps = fields.filter((field) => field instanceof protobuf.MapField);
  return [
    comment(message.comment) + `export interface ${name} {\n` +
    fields.map((field) => comment(field.comment, "  ") + `  readonly ${propertyOf(field, content(field))};\n`).join(
      "",
    ) +
    "}\n",
    `/** Decodes the message in \`bytes\`; bytes fields are views into it. Throws DecodeError. */\n` +
    `export function decode${name}(bytes: Uint8Array): ${name} {\n  return read${name}(new Reader(bytes));\n}\n`,
    `/** Encodes a message. Throws TypeError for what the fields cannot hold. */\n` +
    `export function encode${name}(message: Encodable<${name}>): Uint8Array<ArrayBuffer> {\n` +
    `  write${name}(writer.start(), message);\n  return writer.finish();\n}\n`,
    readerOf(name, fields, content),
    ...maps.map((field) => entryReaderOf(name, field, content(field))),
    writerOf(name, message, fields, content),
    ...maps.map((field) => entryWriterOf(name, field, content(field))),
  ].join("\n");
}

function contentOf(field: protobuf.Field, refer: (other: protobuf.Type | protobuf.Enum) => void): Content {
  if (field instanceof protobuf.MapField && field.keyType !== "string") {
    throw new Error(`Cannot generate "${field.fullName}": string keys are expected: received ${field.keyType}`);
  }
  if (field.options?.["proto3_optional"]) {
    throw new Error(`Cannot generate "${field.fullName}": a plain field is expected: received an optional one`);
  }
  const scalar = SCALARS[field.type];
  if (scalar) {
    return { ...scalar, read: `r.${scalar.method}()`, write: `w.${scalar.method}` };
  }
  const known = WELL_KNOWN[field.type];
  if (known) return { ...known, wire: 2, initial: "undefined", read: `${known.read}(r)` };
  const other = field.parent!.lookupTypeOrEnum(field.type);
  refer(other);
  const type = nameOf(other);
  if (other instanceof protobuf.Enum) {
    return { type, method: "int32", wire: 0, initial: "0", read: "r.int32()", write: "w.int32" };
  }
  return { type, wire: 2, initial: "undefined", read: `read${type}(r)`, write: `write${type}` };
}

/** Fields that may be absent: single messages, and whatever is one of several. */
const isOptional = (field: protobuf.Field, { method }: Content) =>
  !field.repeated && !field.map && (method === undefined || field.partOf !== null);

function propertyOf(field: protobuf.Field, content: Content): string {
  if (field.map) return `${field.name}: Readonly<Record<string, ${content.type}>>`;
  if (field.repeated) return `${field.name}: readonly ${content.type}[]`;
  return isOptional(field, content) ? `${field.name}?: ${content.type} | undefined` : `${field.name}: ${content.type}`;
}

type ContentOf = (field: protobuf.Field) => Content;

const tagOf = (field: protobuf.Field, wire: number) => field.id << 3 | wire;

function readerOf(name: string, fields: readonly protobuf.Field[], content: ContentOf): string {
  const variables = fields.map((field) => {
    const { type, initial } = content(field);
    if (field.map) return `  let ${field.name}: Record<string, ${type}> | undefined;\n`;
    if (field.repeated) return `  let ${field.name}: ${type}[] | undefined;\n`;
    if (isOptional(field, content(field))) return `  let ${field.name}: ${type} | undefined;\n`;
    return `  let ${field.name}${type === "Uint8Array" ? ": Uint8Array" : ""} = ${initial};\n`;
  });
  const values = fields.map((field) => {
    if (field.map) return `    ${field.name}: ${field.name} ?? NO_ENTRIES,\n`;
    if (field.repeated) return `    ${field.name}: ${field.name} ?? NO_ITEMS,\n`;
    return `    ${field.name},\n`;
  });
  if (fields.length === 0) {
    return `/** Reads up to the reader's end. */\nexport function read${name}(r: Reader): ${name} {\n` +
      `  while (r.at < r.end) r.skip(r.tag());\n  return {};\n}\n`;
  }
  return `/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */\n` +
    `export function read${name}(r: Reader): ${name} {\n${variables.join("")}` +
    `  while (r.at < r.end) {\n    const tag = r.tag();\n    switch (tag) {\n` +
    fields.map((field) => casesOf(name, field, content(field))).join("") +
    `      default:\n        r.skip(tag);\n    }\n  }\n` +
    `  return {\n${values.join("")}  };\n}\n`;
}

function casesOf(name: string, field: protobuf.Field, content: Content): string {
  const inside = (lines: string) =>
    `        const outer = r.enter();\n${lines}        r.leave(outer);\n        break;\n      }\n`;
  const head = (wire: number) => `      case ${tagOf(field, wire)}:`;
  if (field.map) return `${head(2)} {\n${inside(`        read${entryOf(name, field)}(r, ${field.name} ??= {});\n`)}`;
  if (field.repeated) {
    const push = `(${field.name} ??= []).push(${content.read});\n`;
    const one = content.wire === 0 ? `${head(0)}\n        ${push}        break;\n` : "";
    if (content.method && content.wire === 2) return `${head(2)}\n        ${push}        break;\n`;
    return `${one}${head(2)} {\n${
      inside(content.wire === 0 ? `        while (r.at < r.end) ${push}` : `        ${push}`)
    }`;
  }
  const others = field.partOf?.fieldsArray.filter((each) => each !== field) ?? [];
  const clear = others.map((each) => `        ${each.name} = undefined;\n`).join("");
  const read = `        ${field.name} = ${content.read};\n`;
  if (content.method) return `${head(content.wire)}\n${read}${clear}        break;\n`;
  return `${head(2)} {\n${inside(read + clear)}`;
}

const entryOf = (name: string, field: protobuf.Field) =>
  `${name}_${field.name[0]!.toUpperCase()}${field.name.slice(1)}Entry`;

function entryReaderOf(name: string, field: protobuf.Field, content: Content): string {
  const absent = content.method ? content.initial : `${content.read.slice(0, -3)}(new Reader(new Uint8Array(0)))`;
  const read = content.method
    ? `value = ${content.read};\n    else`
    : `{\n      const outer = r.enter();\n      value = ${content.read};\n      r.leave(outer);\n    } else`;
  return `function read${entryOf(name, field)}(r: Reader, record: Record<string, ${content.type}>): void {\n` +
    `  let key = "";\n  let value: ${content.type} | undefined;\n  while (r.at < r.end) {\n    const tag = r.tag();\n` +
    `    if (tag === 10) key = r.string();\n    else if (tag === ${16 | content.wire}) ${read} r.skip(tag);\n  }\n` +
    `  setEntry(record, key, value ?? ${absent});\n}\n`;
}

function entryWriterOf(name: string, field: protobuf.Field, content: Content): string {
  const write = content.method
    ? `    ${content.write}(${16 | content.wire}, record[key]!);\n`
    : `    const inner = w.size;\n    ${content.write}(w, record[key]!);\n    w.wrap(18, inner);\n`;
  return `function write${
    entryOf(name, field)
  }(w: Writer, record: Readonly<Record<string, ${content.type}>>): void {\n` +
    `  const keys = Object.keys(record);\n  for (let i = keys.length - 1; i >= 0; i--) {\n` +
    `    const key = keys[i]!;\n    const begun = w.size;\n${write}    w.string(10, key);\n` +
    `    w.wrap(${tagOf(field, 2)}, begun);\n  }\n}\n`;
}

function writerOf(name: string, message: protobuf.Type, fields: readonly protobuf.Field[], content: ContentOf): string {
  const choices = message.oneofsArray.map((oneof) => {
    const names = oneof.fieldsArray.map((field) => field.name);
    const count = names.map((each) => `Number(m.${each} !== undefined)`).join(" + ");
    return `  if (${count} > 1) {\n    throw new TypeError(\n      "Cannot encode ${name}: one of ${
      names.join(", ")
    } is expected: ` +
      `received several",\n    );\n  }\n`;
  });
  const writes = fields.toReversed().map((field) => writeOf(name, field, content(field)));
  return `/** Writes the fields, the last one first, as the writer wants it. */\n` +
    `export function write${name}(${fields.length > 0 ? "w" : "_w"}: Writer, ${fields.length > 0 ? "m" : "_m"}: ` +
    `Encodable<${name}>): void {\n${choices.join("")}${writes.join("")}}\n`;
}

function writeOf(name: string, field: protobuf.Field, content: Content): string {
  const value = `m.${field.name}`;
  const nested = (item: string, indent: string) =>
    `${indent}const begun = w.size;\n${indent}${content.write}(w, ${item});\n${indent}w.wrap(${
      tagOf(field, 2)
    }, begun);\n`;
  if (field.map) return `  if (${value} !== undefined) write${entryOf(name, field)}(w, ${value});\n`;
  if (field.repeated) {
    const item = `${value}[i]!`;
    const each = (body: string) => `    for (let i = ${value}.length - 1; i >= 0; i--) ${body}`;
    const list = content.wire === 0
      ? `    const begun = w.size;\n${each(`w.packed(${item});\n`)}    w.wrap(${tagOf(field, 2)}, begun);\n`
      : content.method
      ? each(`${content.write}(${tagOf(field, 2)}, ${item});\n`)
      : each(`{\n${nested(item, "      ")}    }\n`);
    return `  if (${value} !== undefined && ${value}.length > 0) {\n${list}  }\n`;
  }
  if (!content.method) return `  if (${value} !== undefined) {\n${nested(value, "    ")}  }\n`;
  const present = field.partOf ? `${value} !== undefined` : content.type === "Uint8Array" ? `${value}?.length` : value;
  return `  if (${present}) ${content.write}(${tagOf(field, content.wire)}, ${value});\n`;
}

if (import.meta.main) {
  const protos: Record<string, string> = {};
  for await (const { name } of Deno.readDir("proto")) {
    if (name.endsWith(".proto")) protos[name] = await Deno.readTextFile(`proto/${name}`);
  }
  for (const [name, text] of Object.entries(generate(protos))) {
    await Deno.writeTextFile(`src/protocols/gen/${name}`, text);
  }
}
