#!/bin/sh
# Finds a Python that is new enough and lets install.py do the rest. 用法：sh install.sh [--to 文件夹] [插件…]
here=$(cd "$(dirname "$0")" && pwd)
for python in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3; do
  if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$python" -X utf8 "$here/install.py" "$@"
  fi
done
echo '安装没有完成：没有找到 Python 3.11 以上；装好后重试，或用 PYTHON=/路径/python3.12 sh install.sh 指明' >&2
exit 1
