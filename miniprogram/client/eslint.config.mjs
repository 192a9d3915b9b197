import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["preview/dist", "node_modules", "protocol.ts"] },
  ...ts.configs.strict,
  {
    rules: {
      "eqeqeq": "error",
      "no-console": "error",
      "max-len": ["off"],
      "@typescript-eslint/no-non-null-assertion": "off", // an index that was just checked
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-empty-function": "off",
    },
  },
  {
    ignores: ["tests/**", "preview/**"],
    rules: {
      "no-restricted-syntax": ["error",
        { selector: "CallExpression[callee.object.name='wx'][callee.property.name=/^(onSocket|sendSocket|closeSocket)/]", message: "They speak of all sockets at once: use the SocketTask." },
        { selector: "ImportExpression", message: "WeChat's modules are loaded by name at the start." }],
    },
  },
  { files: ["**/*.mjs"], rules: { "no-console": "off" } },
);
