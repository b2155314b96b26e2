// What users of the SDK import.

export {};
