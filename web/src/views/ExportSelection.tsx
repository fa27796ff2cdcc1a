/** The selection as files that the browser makes, and as ids on the clipboard. */

import { csvOf } from "../data/csv";
import { columnsOf, readColumn } from "../data/sample-columns";
import type { AppState, OpenRecording } from "../state/app-state";
import { say } from "../state/session";

export function ExportSelection({ state, recording }: { state: AppState; recording: OpenRecording }) {
  const { store, entry } = recording;
  const ids = (): number[] => [...state.selection.peek()].sort((a, b) => a - b);
  const place = (): number => state.nearestCheckpoint.peek();
  const checkpoint = (): string | null => store.index.checkpoints[place()]?.name ?? null;
  const csv = async (): Promise<void> => {
    try {
      const columns = await Promise.all(columnsOf(store).map(({ name }) => readColumn(store, name, place())));
      download(`${entry.name}-selection.csv`, "text/csv;charset=utf-8", csvOf(ids(), columns));
    } catch (error) {
      state.notice.value = say(error);
    }
  };
  const json = (): void => {
    const content = { recording: entry.name, checkpoint: checkpoint(), ids: ids() };
    download(`${entry.name}-selection.json`, "application/json", `${JSON.stringify(content)}\n`);
  };
  const copy = (): void => {
    navigator.clipboard?.writeText(ids().join(", ")).then(
      () => (state.notice.value = `${ids().length.toLocaleString("en-US")} ids are copied.`),
      () => (state.notice.value = "The browser did not allow the copy: take the ids from the JSON file."),
    );
  };
  return (
    <div class="exports" role="group" aria-label="Export the selection">
      <button type="button" class="plain" data-testid="export-csv" title="The ids and every column, at the checkpoint that is shown" onClick={() => void csv()}>
        CSV
      </button>
      <button type="button" class="plain" data-testid="export-json" title="The ids, and of which recording and checkpoint" onClick={json}>
        JSON
      </button>
      <button type="button" class="plain" data-testid="copy-ids" onClick={copy}>
        Copy ids
      </button>
    </div>
  );
}

function download(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click; a minute is enough for that.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
