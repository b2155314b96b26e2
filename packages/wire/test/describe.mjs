// What generated code describes, in the contract's compact notation: one line a method, message or enum.

import { ScalarType } from "@bufbuild/protobuf";

/** `/package.Service/Method Request -> [stream ]Response` */
export function methodsOf(file) {
  return file.services.flatMap((service) =>
    service.methods.map((method) => {
      const from = method.methodKind === "unary" || method.methodKind === "server_streaming" ? "" : "stream ";
      const to = method.methodKind === "unary" ? "" : "stream ";
      return `/${service.typeName}/${method.name} ${from}${method.input.typeName} -> ${to}${method.output.typeName}`;
    }),
  );
}

/** `package.Message{1 name:type, oneof kind(2 name:type)}`, nested messages on lines of their own. */
export function messagesOf(file) {
  return file.messages.flatMap(withNested).map((message) => `${message.typeName}{${membersOf(message)}}`);
}

/** `package.Enum{Name 0, Other 1}` */
export function enumsOf(file) {
  const all = [...file.enums, ...file.messages.flatMap(withNested).flatMap((message) => message.nestedEnums)];
  return all.map((desc) => `${desc.typeName}{${desc.values.map((v) => `${v.name} ${v.number}`).join(", ")}}`);
}

function withNested(message) {
  return [message, ...message.nestedMessages.flatMap(withNested)];
}

function membersOf(message) {
  return message.members
    .map((member) =>
      member.kind === "oneof"
        ? `oneof ${member.name}(${member.fields.map(fieldOf).join(", ")})`
        : fieldOf(member),
    )
    .join(", ");
}

function fieldOf(field) {
  const type = field.message?.typeName ?? field.enum?.typeName ?? ScalarType[field.scalar].toLowerCase();
  return `${field.number} ${field.name}:${type}${field.fieldKind === "list" ? "[]" : ""}`;
}
