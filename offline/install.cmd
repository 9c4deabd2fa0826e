@echo off
rem Finds a Python that is new enough and lets install.py do the rest. ASCII only: code pages differ.
setlocal
for %%P in ("py -3.14" "py -3.13" "py -3.12" "py -3.11" "py -3" "python") do (
  %%~P -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && (
    %%~P -X utf8 "%~dp0install.py" %*
    goto :done
  )
)
echo Python 3.11 or newer was not found; see README.txt.
exit /b 1
:done
exit /b %errorlevel%
