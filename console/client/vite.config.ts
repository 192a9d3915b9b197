import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running house. */
const house = process.env["TEAHOUSE_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/console/",
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  plugins: [vue(), components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: "css" })] })],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: { proxy: { "/console/api": { target: house } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", pool: "threads", isolate: false },
});
