# Finds the interpreters of the matrix. Sourced by run.
RAN=()
NOT_RUN=""

# A name on the PATH proves nothing: pyenv's shims exist for versions that are not switched on.
works() { # interpreter, version
  "$1" -c "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != tuple(map(int, '$2'.split('.'))))" >/dev/null 2>&1
}

python_of() { # version; prints the interpreter
  local candidate pyenv_root
  pyenv_root=$(pyenv root 2>/dev/null || true)
  while read -r candidate; do
    if works "$candidate" "$1"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return 0
    fi
  done < <(
    type -ap "python$1" || true
    compgen -G "${pyenv_root:-/nonexistent}/versions/$1.*/bin/python" || true
    uv python find --no-python-downloads "$1" 2>/dev/null || true
  )
  return 1
}

find_pythons() {
  local entry python django interpreter
  for entry in "${MATRIX[@]}"; do
    read -r python django <<<"$entry"
    if interpreter=$(python_of "$python"); then
      RAN+=("$python $django $interpreter")
      echo "Python $python: $interpreter"
    else
      NOT_RUN+="Python $python + Django $django (no such interpreter on this machine); "
      echo "Python $python: not on this machine"
    fi
  done
  [ "${#RAN[@]}" -gt 0 ] || { echo "none of the interpreters of the matrix is here"; return 1; }
}
