#!/bin/sh
# Makes target/dependents, a virtual environment with packages that draw with Pillow, and unpacks the tests of those that do
# not install them. Does nothing if they are up to date.
set -eu
cd "$(dirname "$0")/.."

requirements=tests/pillow/dependents.txt
venv=target/dependents
version=$(sed -n 's/^wordcloud==//p' "$requirements")

scripts/python-env.sh "$venv" "$requirements"

if [ ! -d "$venv/wordcloud/test" ]; then
    "$venv/bin/pip" download --quiet --no-deps --no-binary wordcloud --dest "$venv" "wordcloud==$version"
    mkdir -p "$venv/wordcloud"
    tar -xzf "$venv/wordcloud-$version.tar.gz" -C "$venv/wordcloud" --strip-components=1 "wordcloud-$version/test"
fi
