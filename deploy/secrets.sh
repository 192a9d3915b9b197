#!/bin/sh
# Makes the secrets that compose.yml and the Kubernetes manifests read, once. Keep the folder, and keep it private.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
umask 077
make_secret() { [ -s "secrets/$1" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "secrets/$1"; }
make_secret secret_key
make_secret database_password
make_secret database_root_password
[ -s secrets/database_url ] || printf 'mysql://teahouse:%s@mariadb/teahouse' "$(cat secrets/database_password)" > secrets/database_url
chmod 644 secrets/*  # the containers run as users of their own; the folder keeps others out
chmod 700 secrets
echo "The secrets are in $(pwd)/secrets"
