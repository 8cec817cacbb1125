// shared → features → app: nothing below may import what lies above it.
import jsxA11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const above = (...folders) => ({ "no-restricted-imports": ["error", { patterns: folders.map((folder) => ({ group: [`@/${folder}/*`], message: `This layer may not import from ${folder}/.` })) }] });

export default tseslint.config(
  { ignores: [".next/**", "out/**", "node_modules/**", "next-env.d.ts", "public/sw.js", "src/shared/api/schema.d.ts", "scripts/**", "*.mjs"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks, "jsx-a11y": jsxA11y },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "jsx-a11y/alt-text": "error",
      "jsx-a11y/aria-props": "error",
      "jsx-a11y/aria-proptypes": "error",
      "jsx-a11y/aria-unsupported-elements": "error",
      "jsx-a11y/role-has-required-aria-props": "error",
      "jsx-a11y/tabindex-no-positive": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      "no-console": "error",
    },
  },
  // A language is one file, however long.
  { files: ["src/shared/i18n/*.ts"], rules: { "max-lines": "off" } },
  { files: ["src/shared/**"], rules: above("features", "app") },
  { files: ["src/lib/**"], rules: above("features", "app") },
  { files: ["src/features/**"], rules: above("app") },
);
