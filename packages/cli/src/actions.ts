// Commands of several actions, such as `subito keys create`: which there are, and what each takes.

import { UsageError, clientOptions } from "./command.js";

export interface ActionShape {
  /** Flags of this action and not of every one. */
  readonly flags?: readonly string[];
  /** Its one argument, in words. Without it none is taken. */
  readonly argument?: string;
  readonly isArgumentOptional?: true;
}

export interface ChosenAction<A extends string> {
  readonly action: A;
  /** Empty when there is none. */
  readonly argument: string;
}

/** Options that every action of such a command takes. */
export const actionOptions = { ...clientOptions, json: { type: "boolean" } } as const;

/** Finds the action that a command line names, and throws UsageError for what that one does not take. */
export function chooseAction<A extends string>(
  command: string,
  shapes: Readonly<Record<A, ActionShape>>,
  values: Readonly<Record<string, unknown>>,
  positionals: readonly string[],
): ChosenAction<A> {
  const [name = "", argument, ...more] = positionals;
  const help = `\nSee \`subito ${command} --help\`.`;
  if (!Object.hasOwn(shapes, name)) {
    const names = Object.keys(shapes)
      .join(", ")
      .replace(/, ([^,]*)$/, " or $1");
    throw new UsageError(
      `${command} takes ${names}${name === "" ? "" : `, not ${JSON.stringify(name)}`}.${help}`,
    );
  }
  const action = name as A;
  const shape = shapes[action];
  const taken = [...Object.keys(actionOptions), ...(shape.flags ?? [])];
  const surplus = Object.keys(values).find((flag) => !taken.includes(flag));
  if (surplus !== undefined) throw new UsageError(`${command} ${action} does not take --${surplus}.${help}`);
  if (more.length > 0 || (argument !== undefined && shape.argument === undefined)) {
    throw new UsageError(`That is one argument too many.${help}`);
  }
  if (argument === undefined && shape.argument !== undefined && shape.isArgumentOptional !== true) {
    throw new UsageError(`${command} ${action} takes ${shape.argument}.${help}`);
  }
  return { action, argument: argument ?? "" };
}
