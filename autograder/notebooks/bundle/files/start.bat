@echo off
rem Windows: a double click sets the course up and opens it.
where py >nul 2>nul && (py -3 "%~dp0start.py" %*) || (python "%~dp0start.py" %*)
if errorlevel 1 pause
