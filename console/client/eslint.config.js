import vue from "eslint-plugin-vue";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  ...ts.configs.strict,
  ...vue.configs["flat/essential"],
  { files: ["**/*.vue"], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      "vue/multi-word-component-names": "off",
      "vue/no-v-html": "error",
      "vue/no-static-inline-styles": "error",
      "no-restricted-properties": ["error", { property: "innerHTML", message: "What people wrote is text." }],
      "eqeqeq": "error",
      "no-console": "error",
    },
  },
);
