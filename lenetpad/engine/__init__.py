"""Threads and processes: whatever must not hold up the window.

These there are. Each is started and stopped by the object that owns it:

- The GUI thread paints and takes the pen in. It never imports torch.
- ``recognition`` (recognition.Recognition) opens networks and reads sheets, only the latest. It
  imports torch where a network or a device needs it.
- A jobs thread (jobs.Jobs, named by the controller that owns it) answers questions with the jobs
  of its table, such as evaluation.evaluate_job, or explanations.explanation_jobs, which import no
  torch. Other jobs may. There are ``documents``, ``evaluation``, ``explanations``, ``film``,
  ``numbers``, ``time line``, ``second network``, ``hand`` and ``class hand``.
- ``fetching`` (evaluation_data.open_data) fetches a data set while a job waits for it, and uses
  torch on what it has fetched.
- ``background jobs`` (background_jobs.BackgroundJobs) calls functions in order: they import pages,
  read and change runs, export weights and preview distortions. The last two import torch.
- ``devices`` (a jobs thread) waits for a process of its own that imports torch, tells which GPUs
  there are, and ends. It is started only where a driver has left a sign of one.
- ``training`` (trainer.Trainer) reads the pipe of the training process. It never imports torch.
- The training process (training_process.train), spawned and niced, trains with torch, without Qt.
- The devices process (devices.send_gpus), spawned and niced where there may be a GPU, asks torch
  which there are, and ends.

No module here imports torch when it is imported, for the window's process imports them all: torch
is imported inside functions, in the thread that calls them, and first of all by
torch_loading.load_torch, which lets a pen draw on meanwhile.

worker.Worker is the skeleton of recognition, jobs and background jobs: mailboxes or a queue
towards the thread, one queued signal back, exceptions as Failure messages, and an end that waits
for the step at hand, but not for ever. Every thread here is a daemon of Python's: one that hangs
is abandoned, nothing that it says is heard any more, and the process ends without it.

garbage.GarbageCollection has Python collect its garbage in the GUI thread alone.
"""
