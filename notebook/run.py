"""Runs the notebook in a fresh Deno kernel, without a browser, and writes it with its output.

    python notebook/run.py OUTPUT.ipynb

Needs `pip install nbclient==0.11.0`, and Deno's kernel: `deno jupyter --install`.
Ends with an error if a cell throws.
"""

import queue
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


class Client(NotebookClient):
    """Deno 2.9.6 may send the last lines that a cell prints after it has reported the cell as done.

    NotebookClient stops listening when a cell is done, and would lose them.
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
notebook = nbformat.read(folder / "solving_mnist_with_webgpu.ipynb", as_version=4)
Client(
    notebook,
    kernel_name="deno",
    timeout=600,  # seconds a cell
    coalesce_streams=True,
    record_timing=False,
    resources={"metadata": {"path": folder}},
).execute()
nbformat.write(notebook, sys.argv[1])
