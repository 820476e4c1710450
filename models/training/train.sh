#!/bin/bash
# npm run models:train: makes every file of the motion model from the data. Each step goes on where it was stopped.
# About an hour on two free cores: tracking 10 minutes, teacher 20, student 15, the rest seconds.
#   VAKTRA_DATA=/path/to/data npm run models:train
set -euo pipefail
here="$(dirname "$0")"
: "${VAKTRA_DATA:?name the folder that holds grid-s1, talking and face-landmarker}"
step() { bash "$here/python.sh" "$@"; }

step -c '' # makes the environment before two processes ask for it
step track.py --worker 0/2 &
step track.py --worker 1/2
wait $!
step basis.py
step train_teacher.py --threads 2
step distil.py --threads 2
step export.py
step golden.py
