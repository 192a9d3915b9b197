/** Pictures, films, files, places and codes: what the phone has at hand. The browser's own file chooser stands for albums. */
import { fileAddress } from "../elements";
import { answer } from "./wx";
import type { Callbacks, Phone } from "./wx";

interface Chosen {
  tempFilePath: string;
  size: number;
  duration: number;
  width: number;
  height: number;
  thumbTempFilePath: string;
  fileType: "image" | "video";
}

export function files(of: Phone) {
  return {
    chooseMedia: (options: Callbacks<{ tempFiles: Chosen[]; type: string }> & { count?: number; mediaType?: string[] }) =>
      answer(options, "chooseMedia", async () => {
        const kinds = options.mediaType ?? ["image", "video"];
        const accept = kinds.map((kind) => (kind === "mix" ? "image/*,video/*" : `${kind}/*`)).join(",");
        const chosen = await choose(accept, (options.count ?? 9) > 1);
        return { tempFiles: await Promise.all(chosen.map(described)), type: kinds[0] ?? "image" };
      }),
    chooseMessageFile: (options: Callbacks<{ tempFiles: { path: string; name: string; size: number }[] }> & { count: number }) =>
      answer(options, "chooseMessageFile", async () => {
        const chosen = await choose("", options.count > 1);
        return { tempFiles: chosen.map((file) => ({ path: URL.createObjectURL(file), name: file.name, size: file.size, type: "file", time: 0 })) };
      }),
    chooseLocation: (options?: Callbacks<{ name: string; address: string; latitude: number; longitude: number }>) =>
      answer(options, "chooseLocation", () => ({ name: "西湖", address: "浙江省杭州市西湖区龙井路1号", latitude: 30.2431, longitude: 120.1501 })),
    openLocation: (options: Callbacks<object> & { name?: string; latitude: number; longitude: number }) =>
      answer(options, "openLocation", () => {
        of.screen.toast(`${options.name ?? ""} ${options.latitude}, ${options.longitude}`, "none", 2000);
        return {};
      }),
    previewImage: (options: Callbacks<object> & { urls: string[]; current?: string }) => answer(options, "previewImage", () => {
      of.screen.show(fileAddress(options.current ?? options.urls[0] ?? ""));
      return {};
    }),
    scanCode: (options?: Callbacks<{ result: string }>) => answer(options, "scanCode", async () => {
      const told = await of.screen.modal({ title: of.language.startsWith("zh") ? "扫到了什么？" : "What was scanned?", content: "", confirm: "OK", cancel: "×", editable: true, placeholder: "" });
      if (!told.confirm) throw new Error("cancel");
      return { result: told.content };
    }),
    downloadFile: (options: Callbacks<{ tempFilePath: string; statusCode: number }> & { url: string }) =>
      answer(options, "downloadFile", () => ({ tempFilePath: fileAddress(options.url), statusCode: 200 })),
    openDocument: (options: Callbacks<object> & { filePath: string }) => answer(options, "openDocument", () => {
      window.open(options.filePath, "_blank", "noopener");
      return {};
    }),
  };
}

function choose(accept: string, multiple: boolean): Promise<File[]> {
  return new Promise((resolve, reject) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", accept, multiple });
    input.dataset.chooser = "";
    input.style.display = "none";
    input.onchange = () => {
      input.remove();
      resolve([...(input.files ?? [])]);
    };
    input.oncancel = () => {
      input.remove();
      reject(new Error("cancel"));
    };
    document.body.append(input);
    input.click();
  });
}

async function described(file: File): Promise<Chosen> {
  const tempFilePath = URL.createObjectURL(file);
  const video = file.type.startsWith("video/");
  const [width, height] = video ? [0, 0] : await measured(tempFilePath);
  return { tempFilePath, size: file.size, duration: 0, width, height, thumbTempFilePath: "", fileType: video ? "video" : "image" };
}

async function measured(address: string): Promise<[number, number]> {
  const picture = new Image();
  picture.src = address;
  await picture.decode().catch(() => undefined);
  return [picture.naturalWidth, picture.naturalHeight];
}
