import protobuf from "protobufjs";

/** Numbers of FieldDescriptorProto.Type (google/protobuf/descriptor.proto). */
const TYPES: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};
const TYPE_MESSAGE = 11;
const TYPE_ENUM = 14;
const LABEL_OPTIONAL = 1;
const LABEL_REPEATED = 3;

/** One .proto file as server reflection gives it away. */
export interface Descriptor {
  /** Full names of its messages, enums, services and methods. */
  readonly symbols: readonly string[];
  /** Names of the services among them. */
  readonly services: readonly string[];
  /** Names of the files that it imports. */
  readonly imports: readonly string[];
  /** A serialized FileDescriptorProto. */
  readonly bytes: Uint8Array;
}

/** Describes .proto files, from their texts by file name, and the files of google/protobuf that they import. */
export function describe(protos: Readonly<Record<string, string>>): Record<string, Descriptor> {
  const root = new protobuf.Root();
  const files = new Map<string, { imports: readonly string[]; space: string }>();
  for (const [name, text] of Object.entries(protos)) {
    Object.assign(protobuf.parse, { filename: name });
    const { imports = [], package: space = "" } = protobuf.parse(text, root, { keepCase: true });
    files.set(name, { imports, space: space ?? "" });
  }
  Object.assign(protobuf.parse, { filename: null });
  for (const name of [...files.values()].flatMap(({ imports }) => imports)) {
    if (files.has(name)) continue;
    const known = protobuf.Root.fromJSON(protobuf.common.get(name)!);
    const space = known.lookup("google.protobuf") as protobuf.Namespace;
    for (const object of [...space.nestedArray]) {
      object.filename = name;
      root.define("google.protobuf").add(object);
    }
    files.set(name, { imports: [], space: "google.protobuf" });
  }
  root.resolveAll();
  return Object.fromEntries([...files].map(([name, file]) => [name, describeFile(name, file, root)]));
}

function describeFile(
  name: string,
  { imports, space }: { imports: readonly string[]; space: string },
  root: protobuf.Root,
): Descriptor {
  const home = space === "" ? root : root.lookup(space) as protobuf.Namespace;
  const ours = home.nestedArray.filter((object) => object.filename === name);
  const symbols: string[] = [];
  const w = protobuf.Writer.create();
  text(w, 1, name);
  if (space !== "") text(w, 2, space);
  for (const other of imports) text(w, 3, other);
  for (const object of ours) {
    if (object instanceof protobuf.Type) part(w, 4, messageOf(object, symbols));
    if (object instanceof protobuf.Enum) part(w, 5, enumOf(object, symbols));
    if (object instanceof protobuf.Service) part(w, 6, serviceOf(object, symbols));
  }
  text(w, 12, "proto3");
  const services = ours.filter((object) => object instanceof protobuf.Service).map(fullName);
  return { symbols, services, imports, bytes: w.finish() };
}

function messageOf(message: protobuf.Type, symbols: string[]): protobuf.Writer {
  symbols.push(fullName(message));
  const w = protobuf.Writer.create();
  text(w, 1, message.name);
  for (const field of message.fieldsArray) part(w, 2, fieldOf(field, message.oneofsArray.indexOf(field.partOf!)));
  for (const field of message.fieldsArray) if (field instanceof protobuf.MapField) part(w, 3, entryOf(field));
  for (const object of message.nestedArray) {
    if (object instanceof protobuf.Type) part(w, 3, messageOf(object, symbols));
    if (object instanceof protobuf.Enum) part(w, 4, enumOf(object, symbols));
  }
  for (const { name } of message.oneofsArray) part(w, 8, text(protobuf.Writer.create(), 1, name));
  return w;
}

function fieldOf(field: protobuf.Field, oneof: number): protobuf.Writer {
  const entry = field instanceof protobuf.MapField ? `.${fullName(field.parent!)}.${entryName(field)}` : undefined;
  const w = protobuf.Writer.create();
  head(w, protoName(field), field.id, field.repeated || entry !== undefined ? LABEL_REPEATED : LABEL_OPTIONAL);
  if (entry === undefined) typed(w, field.type, field.resolvedType);
  else text(number(w, 5, TYPE_MESSAGE), 6, entry);
  if (oneof >= 0) number(w, 9, oneof);
  return text(w, 10, protobuf.util.camelCase(protoName(field)));
}

/** A map is a repeated message of a key and a value, marked as a map's entry. */
function entryOf(field: protobuf.MapField): protobuf.Writer {
  const key = typed(head(protobuf.Writer.create(), "key", 1, LABEL_OPTIONAL), field.keyType, null);
  const value = typed(head(protobuf.Writer.create(), "value", 2, LABEL_OPTIONAL), field.type, field.resolvedType);
  const w = text(protobuf.Writer.create(), 1, entryName(field));
  part(w, 2, text(key, 10, "key"));
  part(w, 2, text(value, 10, "value"));
  return part(w, 7, number(protobuf.Writer.create(), 7, 1));
}

function head(w: protobuf.Writer, name: string, id: number, label: number): protobuf.Writer {
  return number(number(text(w, 1, name), 3, id), 4, label);
}

function typed(w: protobuf.Writer, type: string, other: protobuf.ReflectionObject | null): protobuf.Writer {
  if (other === null) return number(w, 5, TYPES[type]!);
  number(w, 5, other instanceof protobuf.Enum ? TYPE_ENUM : TYPE_MESSAGE);
  return text(w, 6, other.fullName);
}

function enumOf(object: protobuf.Enum, symbols: string[]): protobuf.Writer {
  symbols.push(fullName(object));
  const w = text(protobuf.Writer.create(), 1, object.name);
  for (const [name, value] of Object.entries(object.values)) {
    part(w, 2, number(text(protobuf.Writer.create(), 1, name), 2, value));
  }
  return w;
}

function serviceOf(service: protobuf.Service, symbols: string[]): protobuf.Writer {
  symbols.push(fullName(service));
  const w = text(protobuf.Writer.create(), 1, service.name);
  for (const method of service.methodsArray) {
    symbols.push(`${fullName(service)}.${method.name}`);
    const m = text(protobuf.Writer.create(), 1, method.name);
    text(m, 2, method.resolvedRequestType!.fullName);
    text(m, 3, method.resolvedResponseType!.fullName);
    if (method.requestStream) number(m, 5, 1);
    if (method.responseStream) number(m, 6, 1);
    part(w, 2, m);
  }
  return w;
}

/** `additional_info` is `AdditionalInfoEntry`. */
function entryName(field: { readonly name: string }): string {
  return `${protoName(field).split("_").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("")}Entry`;
}

/** The field's name in snake_case: protobufjs brings google/protobuf along in camelCase. */
function protoName({ name }: { readonly name: string }): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function fullName(object: protobuf.ReflectionObject): string {
  return object.fullName.slice(1);
}

function text(w: protobuf.Writer, id: number, value: string): protobuf.Writer {
  return w.uint32(id << 3 | 2).string(value);
}

function number(w: protobuf.Writer, id: number, value: number): protobuf.Writer {
  return w.uint32(id << 3).int32(value);
}

function part(w: protobuf.Writer, id: number, inner: protobuf.Writer): protobuf.Writer {
  return w.uint32(id << 3 | 2).bytes(inner.finish());
}
