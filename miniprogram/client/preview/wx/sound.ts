/** Recording and playing voices. */
import { fileAddress } from "../elements";

type Told = { tempFilePath: string; duration: number; fileSize: number };

const LONGEST_MS = 60_000;

/** One recorder for the phone, as in WeChat. */
class RecorderManager {
  private recorder: MediaRecorder | undefined;
  private began = 0;
  private longest = 0;
  private readonly heard: { start: (() => void)[]; stop: ((told: Told) => void)[]; error: ((error: { errMsg: string }) => void)[] } = { start: [], stop: [], error: [] };

  onStart(listener: () => void): void { this.heard.start.push(listener); }
  onStop(listener: (told: Told) => void): void { this.heard.stop.push(listener); }
  onError(listener: (error: { errMsg: string }) => void): void { this.heard.error.push(listener); }

  start(options: { duration?: number }): void {
    navigator.mediaDevices.getUserMedia({ audio: true }).then((stream) => {
      const parts: Blob[] = [];
      const recorder = new MediaRecorder(stream);
      this.recorder = recorder;
      this.began = Date.now();
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        const blob = new Blob(parts, { type: recorder.mimeType });
        const told = { tempFilePath: URL.createObjectURL(blob), duration: Date.now() - this.began, fileSize: blob.size };
        for (const each of this.heard.stop) each(told);
      };
      recorder.start();
      clearTimeout(this.longest);
      this.longest = window.setTimeout(() => this.stop(), options.duration ?? LONGEST_MS);
      for (const each of this.heard.start) each();
    }).catch((error: Error) => {
      for (const each of this.heard.error) each({ errMsg: `operateRecorder:fail ${error.message}` });
    });
  }

  stop(): void {
    if (this.recorder?.state === "recording") this.recorder.stop();
  }
}

class InnerAudioContext {
  private readonly audio = new Audio();
  set src(address: string) { this.audio.src = fileAddress(address); }
  play(): void { this.audio.play().catch(() => this.audio.dispatchEvent(new Event("error"))); }
  stop(): void {
    this.audio.pause();
    this.audio.currentTime = 0;
    this.audio.dispatchEvent(new Event("stopped"));
  }
  destroy(): void { this.audio.removeAttribute("src"); }
  onEnded(listener: () => void): void { this.audio.addEventListener("ended", listener); }
  onStop(listener: () => void): void { this.audio.addEventListener("stopped", listener); }
  onError(listener: () => void): void { this.audio.addEventListener("error", listener); }
}

export function sound() {
  let recorder: RecorderManager | undefined;
  return {
    getRecorderManager: () => (recorder ??= new RecorderManager()),
    createInnerAudioContext: () => new InnerAudioContext(),
  };
}
