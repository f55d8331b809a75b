"""Runs the notebook in a fresh Deno kernel, without a browser, and writes it with its output.

    python notebook/run.py OUTPUT.ipynb [CHANGED.ipynb]

CHANGED is a changed copy of the notebook, which runs in the notebook's folder.
Needs `pip install nbclient==0.11.0`, and Deno's kernel: `deno jupyter --install`.
Ends with an error if a cell throws.
"""

import queue
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


class Client(NotebookClient):
    """Waits for output that arrives after a cell is done.

    Deno 2.9.6 may send a cell's last lines after it has reported the cell as done. NotebookClient
    alone would lose them, since it stops listening when a cell is done.
    """

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        while True:
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=0.5)
            except queue.Empty:
                return
            if message["parent_header"].get("msg_id") == parent_msg_id:
                self.process_message(message, cell, cell_index)


folder = Path(__file__).resolve().parent
source = sys.argv[2] if len(sys.argv) > 2 else folder / "solving_mnist_with_webgpu.ipynb"
notebook = nbformat.read(source, as_version=4)
Client(
    notebook,
    kernel_name="deno",
    timeout=600,  # seconds per cell
    coalesce_streams=True,
    record_timing=False,
    resources={"metadata": {"path": folder}},
).execute()
nbformat.write(notebook, sys.argv[1])
