# Runs steps under their names: one by one, or as many at once as there are cores. Sourced by run.
CORES=$(nproc)
[ "$CORES" -ge 2 ] || CORES=2 # what waits for a database leaves its core to others
STEP="0. start" STEPS=0
declare -A BESIDE=() # the processes of the steps that run side by side, and their names

step() { # what it is, command ...
  STEP="$((++STEPS)). $1"
  timed "${@:2}"
}

timed() { # command ...
  local began=$SECONDS
  printf '\n=== %s\n' "$STEP"
  "$@"
  printf -- '--- %s: %s s\n' "$STEP" "$((SECONDS - began))"
}

beside() { # what it is, command ...; what it says is shown when it has ended
  [ "${#BESIDE[@]}" -lt "$CORES" ] || next_to_end
  STEP="$((++STEPS)). $1"
  set -m # a process group of its own, to be ended with all that it has started
  timed "${@:2}" >"$SCRATCH/said-$STEPS" 2>&1 &
  set +m
  BESIDE[$!]=$STEP
}

next_to_end() {
  local pid code=0
  wait -n -p pid "${!BESIDE[@]}" || code=$?
  STEP=${BESIDE[$pid]}
  unset "BESIDE[$pid]"
  cat "$SCRATCH/said-${STEP%%.*}"
  return "$code"
}

all_have_ended() {
  while [ "${#BESIDE[@]}" -gt 0 ]; do next_to_end; done
}

stop_steps() {
  local pid
  for pid in "${!BESIDE[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
  [ "${#BESIDE[@]}" -eq 0 ] || wait "${!BESIDE[@]}" 2>/dev/null || true
}
