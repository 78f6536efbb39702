# Finds or starts PostgreSQL, MariaDB, Redis and Chromium. Sourced by run.
REDIS_PORT="" PGDATA_OWN="" MARIADB_PID=""

have() { command -v "$1" >/dev/null 2>&1; }

pg_bin() { # Debian keeps the server's commands off the PATH
  local initdb
  initdb=$(command -v initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb" | sort -V | tail -n 1)
  [ -n "$initdb" ] && dirname "$initdb"
}

mariadb_bin() { # mariadbd is not on everybody's PATH either
  PATH=$PATH:/usr/sbin command -v mariadbd
}

python_headers() { # prints the package that lacks; other Pythons than Debian's bring their own
  local python=${RAN[0]##* }
  "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' \
    || "$python" -c 'import sys; print("python%d.%d-dev" % sys.version_info[:2])'
}

has_browser() { have chromium || have chromium-browser || have google-chrome || have google-chrome-stable; }

install_missing() {
  local packages=() as_root=()
  have redis-server && have redis-cli || packages+=(redis-server)
  have psql && pg_bin >/dev/null || packages+=(postgresql)
  mariadb_bin >/dev/null && have mariadb && have mariadb-install-db || packages+=(mariadb-server)
  # mysqlclient comes as source only.
  have mariadb_config || packages+=(libmariadb-dev)
  have cc || packages+=(gcc libc6-dev)
  packages+=($(python_headers))
  has_browser || packages+=(chromium)
  [ "${#packages[@]}" -gt 0 ] || return 0
  echo "installing ${packages[*]}"
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

free_port() {
  "${RAN[0]##* }" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

postgresql_answers() { # and lets us create the tests' database
  [ "$(psql -w -qAt -d postgres -c 'select rolcreatedb or rolsuper from pg_roles where rolname = current_user' 2>/dev/null)" = t ]
}

as_postgres() { # initdb and the server refuse to run as root
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgresql() {
  local folder=$SCRATCH/postgresql
  export PGHOST=127.0.0.1 PGPORT PGUSER=xsell
  PGPORT=$(free_port)
  mkdir "$folder"
  chmod 755 "$SCRATCH"
  [ "$(id -u)" -ne 0 ] || chown postgres: "$folder"
  as_postgres "$(pg_bin)/initdb" -D "$folder/data" -U xsell --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  PGDATA_OWN=$folder/data
  as_postgres "$(pg_bin)/pg_ctl" -D "$PGDATA_OWN" -w -t 60 -l "$folder/log" -o "-p $PGPORT -k $folder \
    -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >/dev/null
  postgresql_answers
}

mariadb_answers() { # and lets us create the tests' database
  mariadb --protocol=tcp --connect-timeout=5 -u "$MYSQL_USER" -e "create database xsell_ci_$$; drop database xsell_ci_$$" >/dev/null 2>&1
}

start_mariadb() {
  local folder=$SCRATCH/mariadb as_user=() tries
  export MYSQL_HOST=127.0.0.1 MYSQL_TCP_PORT MYSQL_USER=root MYSQL_PWD=""
  MYSQL_TCP_PORT=$(free_port)
  mkdir "$folder"
  chmod 755 "$SCRATCH"
  [ "$(id -u)" -ne 0 ] || as_user=(--user=mysql)
  mariadb-install-db --no-defaults "${as_user[@]}" --datadir="$folder/data" --skip-test-db \
    --auth-root-authentication-method=normal >"$folder/log" 2>&1
  "$(mariadb_bin)" --no-defaults "${as_user[@]}" --datadir="$folder/data" --bind-address=127.0.0.1 \
    --port="$MYSQL_TCP_PORT" --socket="$folder/data/socket" --pid-file="$folder/data/pid" \
    --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 >>"$folder/log" 2>&1 &
  MARIADB_PID=$!
  for tries in $(seq 300); do
    mariadb_answers && return 0
    kill -0 "$MARIADB_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$folder/log"
  return 1
}

redis_answers() { [ "$(redis-cli -u "$1" ping 2>/dev/null)" = PONG ]; }

start_redis() {
  local tries
  REDIS_PORT=$(free_port)
  mkdir "$SCRATCH/redis"
  redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --save '' --appendonly no --dir "$SCRATCH/redis" \
    --pidfile "$SCRATCH/redis/pid" --logfile "$SCRATCH/redis/log" --daemonize yes >/dev/null
  for tries in $(seq 100); do
    redis_answers "redis://127.0.0.1:$REDIS_PORT" && return 0
    sleep 0.1
  done
  cat "$SCRATCH/redis/log"
  return 1
}

start_services() {
  install_missing
  export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-$(id -un)}
  postgresql_answers || start_postgresql
  echo "PostgreSQL: $PGUSER at $PGHOST:$PGPORT${PGDATA_OWN:+, our own}"
  export MYSQL_HOST=${MYSQL_HOST:-127.0.0.1} MYSQL_TCP_PORT=${MYSQL_TCP_PORT:-3306}
  export MYSQL_USER=${MYSQL_USER:-root} MYSQL_PWD=${MYSQL_PWD:-}
  mariadb_answers || start_mariadb
  echo "MariaDB: $MYSQL_USER at $MYSQL_HOST:$MYSQL_TCP_PORT${MARIADB_PID:+, our own}"
  local redis=redis://127.0.0.1:6379
  if ! redis_answers "$redis"; then
    start_redis
    redis=redis://127.0.0.1:$REDIS_PORT
  fi
  export XSELL_REDIS_URL=${XSELL_REDIS_URL:-$redis/15} XSELL_BROKER_URL=${XSELL_BROKER_URL:-$redis/14}
  echo "Redis: $XSELL_REDIS_URL${REDIS_PORT:+, our own}"
}

stop_services() {
  [ -z "$PGDATA_OWN" ] || as_postgres "$(pg_bin)/pg_ctl" -D "$PGDATA_OWN" -m fast -w stop >/dev/null || true
  [ -z "$MARIADB_PID" ] || { kill "$MARIADB_PID" && wait "$MARIADB_PID"; } || true
  [ ! -e "$SCRATCH/redis/pid" ] || kill "$(cat "$SCRATCH/redis/pid")" || true
}
