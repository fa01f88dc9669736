#!/usr/bin/env bash
# Files of texts to files of labels. "batching" is on the PATH after: dotnet tool install --global Batching.Cli
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# A csv with a column "text" to JSON lines. Killed at any moment, the same line goes on where it was.
batching classify --input reviews.csv --keep id --output labels.jsonl --resume
cat labels.jsonl

# Lines on stdin, labels on stdout.
cut -d, -f2- reviews.csv | tail -n +2 | batching classify --top-k 2
