# shellcheck shell=bash
# Sourced by run and test: installs what is missing, once, and says which Python environment to use.
#
#   prepare app     what the app needs: system libraries, .venv with the packages of requirements/app.txt
#   prepare test    the same, with the trainer, the tests and their virtual display and microphone
#   prepare build   what freezes the app and packs it up, in .venv-build, where no trainer can slip in
#
# Everything it says goes to stderr, so that the output of a command stays clean. A stamp in .venv holds what the
# environment was made from; while it fits, nothing is installed and no network is needed.
# Written for the bash 3.2 of macOS: no associative arrays, no mapfile.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv

say() { printf 'VoiceKin: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# What must be there | the Debian package that brings it. A check is a shared library's name, command:NAME,
# header:NAME (of Python), module:NAME (of Python's own), or file:PATTERN.
app_needs='
libGL.so.1                 libgl1
libEGL.so.1                libegl1
libglib-2.0.so.0           libglib2.0-0
libfontconfig.so.1         libfontconfig1
libdbus-1.so.3             libdbus-1-3
libxkbcommon.so.0          libxkbcommon0
libxkbcommon-x11.so.0      libxkbcommon-x11-0
libxcb-cursor.so.0         libxcb-cursor0
libxcb-icccm.so.4          libxcb-icccm4
libxcb-image.so.0          libxcb-image0
libxcb-keysyms.so.1        libxcb-keysyms1
libxcb-randr.so.0          libxcb-randr0
libxcb-render-util.so.0    libxcb-render-util0
libxcb-shape.so.0          libxcb-shape0
libxcb-sync.so.1           libxcb-sync1
libxcb-xkb.so.1            libxcb-xkb1
libX11-xcb.so.1            libx11-xcb1
libwayland-cursor.so.0     libwayland-cursor0
libwayland-egl.so.1        libwayland-egl1
libportaudio.so.2          libportaudio2
file:/usr/lib/*/alsa-lib/libasound_module_pcm_p[iu]*  libasound2-plugins
file:/usr/share/fonts/*/*  fonts-dejavu-core
command:g++                g++
header:Python.h            python3-dev
module:ensurepip           python3-venv
'
test_needs='
command:git                git
command:Xvfb               xvfb
command:xdotool            xdotool
command:pulseaudio         pulseaudio
command:pactl              pulseaudio-utils
command:dbus-run-session   dbus-daemon
command:dbus-send          dbus-bin
command:gdbus              libglib2.0-bin
file:/usr/libexec/at-spi-bus-launcher  at-spi2-core
command:shellcheck         shellcheck
'
build_needs='
command:git                git
command:strip              binutils
command:make               make
command:dpkg-shlibdeps     dpkg-dev
command:icupkg             icu-devtools
command:makeself           makeself
command:xz                 xz-utils
'

# Annoy comes as source and would otherwise be built for this very processor (-march=native).
annoy_build() {
  case $(uname -m) in
    x86_64 | amd64) printf '%s' '-O3,-march=x86-64-v2,' ;;
    *) printf '%s' '-O3,' ;;
  esac
  printf '%s' '-ffast-math,-fno-associative-math,-DANNOYLIB_MULTITHREADED_BUILD,-std=c++14'
}

find_python() {
  local candidate
  for candidate in ${VOICEKIN_PYTHON:+"$VOICEKIN_PYTHON"} python3 python3.1{4,3,2,1} python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      return
    fi
  done
  fail 'needs Python 3.11 or newer. Install it, or name it with VOICEKIN_PYTHON=/path/to/python3, then try again.'
}

# fingerprint [FILE...]: one line that changes when the environment has to be made anew: Python, the place, and the
# files that pin it, with those named here.
fingerprint() {
  "$python" - "$root" pyproject.toml scripts/environment.sh constraints.txt requirements/{app,test,build}.txt "$@" <<'PY'
import hashlib, pathlib, sys

root = pathlib.Path(sys.argv[1])
digest = hashlib.sha256(f"{sys.version} {sys.prefix} {root}".encode())
for name in sys.argv[2:]:
    digest.update((root / name).read_bytes())
print(digest.hexdigest())
PY
}

# ready WHAT STAMP: is .venv finished for this? The tests' environment holds all of the app's.
ready() {
  local name
  for name in "$1" test; do
    [ "$(cat "$venv/.ready-$name" 2>/dev/null)" = "$2" ] && [ -x "$venv/bin/python" ] && return
  done
  return 1
}

present() {
  case $1 in
    command:*) command -v "${1#command:}" >/dev/null ;;
    header:*) [ -e "$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/${1#header:}" ] ;;
    module:*) "$python" -c "import ${1#module:}" 2>/dev/null ;;
    file:*) compgen -G "${1#file:}" >/dev/null ;;
    *) case $libraries in *"$1 "*) true ;; *) false ;; esac ;;
  esac
}

# system_packages NEEDS: install what is missing, or print the one command that does.
system_packages() {
  local libraries check package missing='' packages='' as_root
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
  while read -r check package; do
    [ -z "$check" ] || present "$check" || { missing="$missing ${check#*:}"; packages="$packages $package"; }
  done <<<"$1"
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "these are missing and may have other names here; install them if a later step fails:$missing"
    return 0
  fi
  if [ "$(id -u)" = 0 ]; then
    as_root='env'
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root='sudo env'
  else
    fail "some system packages are missing. Have an administrator type this once, then try again:
  apt-get update && apt-get install -y --no-install-recommends$packages"
  fi
  say "installing system packages:$packages"
  # shellcheck disable=SC2086  # lists of words
  { $as_root apt-get update -qq &&
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $packages; } >&2 ||
    fail "apt-get could not install them; its message is above. Put that right, then try again."
}

pip_install() { "${venv##*/}"/bin/python -m pip install --quiet --use-pep517 "$@" >&2; }

# locked FILE NAME: the lines that pin one package, with its hashes
locked() { awk -v name="$2==" '/^[a-z]/ { wanted = index($0, name) == 1 } wanted' "$1"; }

# python_packages WHAT: the pinned packages into the environment, each file of them known by its hash. An unfinished
# installation is started over.
python_packages() {
  local lock=requirements/$1.txt here=${venv##*/}
  cd "$root" || return 1 # so that what pip is told stays relative, whatever the path to here holds
  if [ -e "$here"/.unfinished ] || [ "$("$here"/bin/python -V 2>/dev/null)" != "$("$python" -V)" ] ||
    ! grep -qF "$venv/bin/python" "$here"/bin/pip; then # not ours, or moved: its commands would not start
    "$python" -m venv --clear "$here" || return 1
  fi
  touch "$here"/.unfinished
  rm -f "$here"/.ready-*
  export PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
  # not from pip's cache: that may hold an Annoy that was built for one processor
  locked "$lock" annoy >"$here"/annoy.txt
  ANNOY_COMPILER_ARGS=$(annoy_build) pip_install --no-cache-dir --no-deps --require-hashes -r "$here"/annoy.txt || return 1
  if [ "$1" = build ] && [ "$(uname -s)" = Linux ]; then # macOS's wheels have no OpenBLAS
    say 'compiling NumPy for the installers; this takes some minutes more'
    locked "$lock" numpy >"$here"/numpy.txt
    pip_install --no-cache-dir --no-deps --force-reinstall --no-binary numpy --require-hashes \
      --config-settings="setup-args=--native-file=$root/packaging/numpy.ini" -r "$here"/numpy.txt || return 1
  fi
  # all that any of them needs is in the list
  pip_install --no-deps --require-hashes -r "$lock" || return 1
  # torch's builds differ from place to place; what one needs beside the list, CUDA's libraries, comes with it
  [ "$1" != test ] || pip_install torch || return 1
  unset PIP_BUILD_CONSTRAINT # pip 25.3 and newer refuse it where nothing is isolated
  pip_install --no-deps --no-build-isolation --editable . || return 1
  rm "$here"/.unfinished
}

prepare() {
  local stamp needs=$app_needs pins=''
  case $1 in
    test) needs=$needs$test_needs ;;
    build) needs=$needs$build_needs venv=$root/.venv-build pins=packaging/numpy.ini ;;
  esac
  find_python
  stamp=$(fingerprint ${pins:+"$pins"})
  ready "$1" "$stamp" && return
  say 'setting up, once; this takes a few minutes'
  case $(uname -s) in
    Linux) system_packages "$needs" ;;
    Darwin) xcode-select -p >/dev/null 2>&1 || fail 'needs a C++ compiler. Type xcode-select --install, then try again.' ;;
  esac
  (
    # two first calls at once would write over each other
    if command -v flock >/dev/null; then exec 9>"$venv.lock" && flock 9; fi
    ready "$1" "$stamp" || python_packages "$1"
  ) || fail 'the Python packages could not be installed; the message is above. Check the network, then try again.'
  printf '%s\n' "$stamp" >"$venv/.ready-$1"
}
