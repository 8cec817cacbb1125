// Files that need each other cannot be understood, tested or loaded one by one: no import may lead back to where it began, not even one
// that is loaded later or names a type only. (ESLint checks the layers; its own rule for circles brings a native resolver along.)
export default {
  forbidden: [{ name: "no-circles", severity: "error", from: {}, to: { circular: true } }],
  options: { tsConfig: { fileName: "tsconfig.json" }, tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" } },
};
