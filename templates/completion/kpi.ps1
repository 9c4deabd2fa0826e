# PowerShell completion of kpi, made by `kpi completion show powershell`; do not edit.
# Fixed words come from the tables below. For the rest `kpi --complete` is asked, see kpi_cli/completion/answers.py.

Register-ArgumentCompleter -Native -CommandName kpi -ScriptBlock {
param($wordToComplete, $commandAst, $cursorPosition)

@TABLES@

# Offer lines VALUE<tab>DESCRIPTION<tab>… whose value begins with the word.
function _kpi_offer([string]$lines, [string]$front, [string]$word) {
    foreach ($line in $lines.Split("`n")) {
        $value, $description, $null = $line.Split("`t")
        if ($value -ceq '' -or -not $value.StartsWith($word, [StringComparison]::Ordinal)) { continue }
        $text = $front + $value
        $shown = if ($description) { "$value  $description" } else { $value }
        if ($text -match '[\s(){}\[\];,|&<>@#$`''"]') { $text = "'" + $text.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $shown)
    }
}

# Offer what an option or an argument takes.
function _kpi_values([string]$takes, [string]$front, [string]$word, [string[]]$before) {
    $kind, $rest = $takes.Split(':', 2)
    if ($kind -ceq 'words') { return _kpi_offer $rest.Replace('|', "`n").Replace('=', "`t") $front $word }
    if ($kind -ceq 'file' -or $kind -ceq 'folder') {
        foreach ($found in [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)) {
            if ($kind -ceq 'folder' -and $found.ResultType -ne 'ProviderContainer') { continue }
            [System.Management.Automation.CompletionResult]::new(
                $front + $found.CompletionText, $found.ListItemText, $found.ResultType, $found.ToolTip)
        }
    }
    if ($kind -cne 'ask') { return }
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $others = @($before | Select-Object -Skip 1)
        $given = if ($word) { $word } elseif ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' }
        $answer = @(& $before[0] --complete $rest $given @others 2>$null)
    } catch { return } finally { [Console]::OutputEncoding = $encoding }
    if ($answer.Count -lt 2) { return }
    $begun = if ($answer[0] -ceq 'match') { '' } else { $word }
    _kpi_offer ($answer[1..($answer.Count - 1)] -join "`n") $front $begun
}

# Return what an option of a command takes, nothing for a flag.
function _kpi_takes([string]$command, [string]$option) {
    foreach ($line in "$(_kpi_options $command)`n$(_kpi_options '+')".Split("`n")) {
        $name, $null, $takes = $line.Split("`t")
        if ($name -ceq $option -and $takes -cne '-') { return $takes }
    }
}

$before = @(foreach ($element in $commandAst.CommandElements) {
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
    else { $element.Extent.Text }
})
$current = $wordToComplete.Trim("'", '"')
$command = 'kpi'; $count = 0; $literal = $false; $waiting = ''
foreach ($word in ($before | Select-Object -Skip 1)) {
    if ($waiting) { $waiting = '' }
    elseif (-not $literal -and $word -ceq '--') { $literal = $true }
    elseif (-not $literal -and $word.StartsWith('-')) {
        if (-not $word.Contains('=')) { $waiting = _kpi_takes $command $word }
    }
    elseif ($count -eq 0 -and "`n$(_kpi_commands $command)".Contains("`n$word`t")) { $command += " $word" }
    else { $count++ }
}
if ($waiting) { _kpi_values $waiting '' $current $before }
elseif (-not $literal -and $current -clike '--*=*') {
    $name, $value = $current.Split('=', 2)
    _kpi_values (_kpi_takes $command $name) "$name=" $value $before
}
elseif (-not $literal -and $current.StartsWith('-')) {
    _kpi_offer "$(_kpi_options $command)`n$(_kpi_options '+')" '' $current
}
elseif (_kpi_commands $command) { if ($count -eq 0) { _kpi_offer (_kpi_commands $command) '' $current } }
else {
    $takes = _kpi_arguments "$command $count"
    if (-not $takes) { $takes = _kpi_arguments "$command +" }
    _kpi_values $takes '' $current $before
}
}
