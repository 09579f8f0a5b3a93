#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Signs Windows programs in place:  sign.sh FILE...
#   ARBITREX_SIGN_PKCS12          certificate and key (.pfx or .p12)
#   ARBITREX_SIGN_PASSWORD_FILE   a file with its password
#   ARBITREX_SIGN_TIMESTAMP       address of a time-stamping service, optional
# Without a certificate nothing is signed, and a notice says so.
set -eu

if [ -z "${ARBITREX_SIGN_PKCS12:-}" ]; then
    echo "sign: no certificate is configured; not signed: $*" >&2
    exit 0
fi
for file in "$@"; do
    # The password is read from its file: on the command line every user of the machine could read it.
    osslsigncode sign -pkcs12 "$ARBITREX_SIGN_PKCS12" -readpass "$ARBITREX_SIGN_PASSWORD_FILE" -h sha256 \
        -n "Arbitrex Desktop" ${ARBITREX_SIGN_TIMESTAMP:+-ts "$ARBITREX_SIGN_TIMESTAMP"} -in "$file" -out "$file.signed"
    mv "$file.signed" "$file"
done
