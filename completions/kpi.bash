# bash completion of kpi, made by `kpi completion show bash`; do not edit.
# Fixed words come from the tables below. For the rest `kpi --complete` is asked, see kpi_cli/completion/answers.py.

_kpi_commands() {
  case $1 in
    'kpi') reply='demo	写出示例台账（防城港市港口区绩效办 2017）
init	新建一本台账
import	从 CSV 或 XLSX 导入记录：全部通过才写入
budget	预算行：增加、列出、修改、删除
income	收入：增加、列出、修改、删除
project	项目：增加、列出、修改、删除
sangong	“三公”经费：增加、列出、修改、删除
table	计算并显示公开表
narrative	写出公开文件的文字部分
compare	比较台账里的两个年度：各科目、项目、“三公”经费增减多少
export	导出公开文件
check	校核勾稽关系
eval	绩效考评：从指标和票数到名次和等次，每个数都能复核
batch	校核并导出一个文件夹下的所有台账
trace	追溯一个数：由哪些台账记录构成，怎样算出
history	显示台账的全部修改，最新的在前
undo	撤销最近一次修改
redo	恢复最近一次撤销的修改
subject	科目目录
plugin	插件：导出格式、表套、校核规则、评分方法
completion	按 TAB 补全：命令、选项、年度、表号、科目、项目……
schema	打印台账文件的 JSON Schema
doctor	检查运行环境、字体、编码、插件和台账
help	说明一个主题，或一个命令的用法' ;;
    'kpi budget') reply='add	加入一条预算行
list	列出预算行
set	修改一条预算行的某些内容
remove	删去一条预算行' ;;
    'kpi income') reply='add	加入一条收入
list	列出收入
set	修改一条收入的某些内容
remove	删去一条收入' ;;
    'kpi project') reply='add	加入一条项目
list	列出项目
set	修改一条项目的某些内容
remove	删去一条项目' ;;
    'kpi sangong') reply='add	加入一条“三公”经费
list	列出“三公”经费
set	修改一条“三公”经费的某些内容
remove	删去一条“三公”经费' ;;
    'kpi eval') reply='import	从 CSV 或 XLSX 导入考评记录：全部通过才写入
template	写出空白填报表（XLSX），有下拉选项和保护
list	列出考评记录
add	加入一条考评记录
set	修改一条考评记录的某些内容
rename	改一个考评对象或指标的编号，所有记录一起改
archive	归档：结果审定以后锁住一年的记录，迟到的加分转入下一年
remove	删去一条考评记录
status	显示到期、缺报、迟报的事项
check	按 V101–V606 校核
final	计算总分、名次和等次
explain	一步一步写出一个单位或一项指标的算式和依据的记录
analyse	分析：拉不开差距的指标、失分、评议与指标名次、与上年比较
form	显示考评表 F1–F18
export	导出考评表
scheme	考评方案：权重、选项、等次、扣分和加分标准' ;;
    'kpi eval scheme') reply='new	新建一年的考评方案' ;;
    'kpi subject') reply='search	按编码或名称查找科目，注明有效年份和依据' ;;
    'kpi plugin') reply='list	列出插件的名称、来源、提供什么和状态
new	写出一个能用、带测试的新插件
check	对装好的插件做一致性检查' ;;
    'kpi completion') reply='show	打印一种 shell 的补全脚本
install	把补全脚本放到 shell 读取的地方' ;;
    *) reply= ;;
  esac
}

_kpi_options() {
  case $1 in
    '+') reply='-C	台账文件夹	folder
--ledger	台账文件夹	folder
--color	颜色	words:auto|always|never
--wait	台账被占用时等待的秒数	text
--no-plugins	不加载第三方插件	-
--debug	出错时显示调用栈	-
--help	显示帮助	-' ;;
    'kpi') reply='--version	显示版本	-' ;;
    'kpi init') reply='--department	部门或单位全称	text
--year	第一个预算年度	text
--tables	guangxi-2017、mof 或 shanghai	ask:table_set
--level	层级	words:部门|单位
--nature	性质	words:行政|参公|事业
--code	部门或单位编码	text' ;;
    'kpi import' | 'kpi eval import') reply='--year	预算年度	ask:year
--replace	替换该年度同种类的全部记录	-
--dry-run	只检查并显示将写入的内容，不改台账	-' ;;
    'kpi budget add' | 'kpi budget set') reply='--year	预算年度	ask:year
--function-code	功能分类科目编码，7 位，例：2010601	ask:function
--function-name	功能科目名称，只用于核对编码，例：行政运行	text
--economic-code	部门经济分类科目编码，5 位	ask:economic
--economic-name	经济科目名称，只用于核对编码，例：基本工资	text
--expenditure-type	支出类型，例：基本支出	words:基本支出|项目支出|事业单位经营支出|上缴上级支出|对附属单位补助支出
--cost-kind	人员经费或公用经费	words:人员经费|公用经费
--fund-source	资金来源，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余
--project	projects.toml 里的项目 id，例：P01	ask:project
--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit
--carried-forward	是否上年结转，空为否，例：否	words:是|否
--amount	金额，元，最多两位小数，例：12345.67	text
--amount-yuan	金额，元，最多两位小数，例：12345.67	text
--amount-wan	金额，万元，最多六位小数	text
--note	备注，不公开	text' ;;
    'kpi budget list' | 'kpi income list' | 'kpi project list' | 'kpi sangong list' | 'kpi eval list') reply='--year	预算年度	ask:year
--format	输出格式	words:text|csv|json' ;;
    'kpi budget remove' | 'kpi income remove' | 'kpi project remove' | 'kpi sangong remove' | 'kpi eval add' | 'kpi eval set' | 'kpi eval rename' | 'kpi eval remove') reply='--year	预算年度	ask:year' ;;
    'kpi income add' | 'kpi income set') reply='--year	预算年度	ask:year
--fund-source	资金来源，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余
--function-code	收入对应的功能科目编码，7 位，可空，例：2010601	ask:function
--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit
--carried-forward	是否上年结转，空为否，例：否	words:是|否
--amount	金额，元，最多两位小数，例：12345.67	text
--amount-yuan	金额，元，最多两位小数，例：12345.67	text
--amount-wan	金额，万元，最多六位小数	text
--note	备注，不公开	text' ;;
    'kpi project add' | 'kpi project set') reply='--year	预算年度	ask:year
--id	简短的编号，预算行用它指向项目，例：P01	text
--name	公开时的全称，例：绩效考评指标体系编制经费	text
--task	对应的年度工作任务，例：编制绩效考评指标体系	text
--objective	年度绩效目标	text
--amount	预算金额，元，例：20000.00	text
--amount-yuan	预算金额，元，例：20000.00	text
--amount-wan	金额，万元，最多六位小数	text
--executed	执行数，元，例：18000.00	text
--executed-yuan	执行数，元，例：18000.00	text' ;;
    'kpi sangong add' | 'kpi sangong set') reply='--year	预算年度	ask:year
--category	类别，例：公务接待费	words:因公出国(境)费|公务接待费|公务用车购置费|公务用车运行费|机关运行经费
--fund-source	资金来源，空为一般公共预算，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余
--amount	金额，元，最多两位小数，例：12345.67	text
--amount-yuan	金额，元，最多两位小数，例：12345.67	text
--amount-wan	金额，万元，最多六位小数	text
--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit
--groups	因公出国（境）团组数，例：1	text
--persons	因公出国（境）人次或接待人次，例：12	text
--vehicles	购置或保有的公务用车数，例：2	text
--batches	公务接待批次，例：5	text
--reason	与上年比较增减的原因	text
--note	备注，不公开	text' ;;
    'kpi table') reply='--year	预算年度	ask:year
--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--format	输出格式	words:text|csv|json|markdown' ;;
    'kpi narrative') reply='--year	预算年度	ask:year
--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--format	输出格式	words:markdown|text|json' ;;
    'kpi compare') reply='--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--format	输出格式	words:text|csv|json' ;;
    'kpi export') reply='--to	docx、xlsx 或插件提供的格式	ask:exporter
--out	输出文件夹	folder
--year	预算年度	ask:year
--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--option	导出格式的选项	text
--live	即 --option xlsx.live=true：明…	-
--reference-doc	即 --option docx.reference_d…	file
--finalize	即 --option docx.finalize=tr…	-
--force	有错误级问题也导出，每页标注“草稿”	-' ;;
    'kpi check') reply='--year	预算年度	ask:year
--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--format	输出格式	words:text|json
--disclosure	校核一份公开的文件：表（tables/NN.csv）和…	folder
--explain	说明一条规则查什么、为什么、依据和例子，不校核	ask:rule' ;;
    'kpi eval template') reply='--year	预算年度	ask:year
--period	季度自评的期间或评议的轮次，例如 2017Q1、半年测评	text
--unit	只填这个单位的行	ask:evaluated_unit
--out	XLSX 文件	file' ;;
    'kpi eval archive') reply='--year	预算年度	ask:year
--reopen	重新打开已归档的年度	-' ;;
    'kpi eval status') reply='--year	预算年度	ask:year
--as-of	按这一天判断是否逾期，例 2017-04-20	text
--format	输出格式	words:text|json' ;;
    'kpi eval check') reply='--year	预算年度	ask:year
--as-of	按这一天判断是否逾期，例 2017-04-20	text
--explain	说明一条规则查什么、为什么、依据和例子，不校核	text
--format	输出格式	words:text|json' ;;
    'kpi eval final') reply='--year	预算年度	ask:year
--what-if	试算方案的一项	text
--draft	有问题也显示能算出的部分	-
--format	输出格式	words:text|json' ;;
    'kpi eval explain') reply='--year	预算年度	ask:year
--what-if	试算方案的一项	text
--format	输出格式	words:text|json' ;;
    'kpi eval analyse' | 'kpi subject search') reply='--year	预算年度	ask:year
--format	输出格式	words:text|json' ;;
    'kpi eval form') reply='--year	预算年度	ask:year
--range	给谁看：绩效办、本单位、公众	words:office=绩效办（全部）|unit=本单位（只有自己的行）|public=公示（只有允许的列）
--unit	--range unit 时的考评对象	ask:evaluated_unit
--format	输出格式	words:text|csv|json|markdown' ;;
    'kpi eval export') reply='--to	docx、xlsx 或插件提供的格式	ask:exporter
--out	输出文件夹	folder
--year	预算年度	ask:year
--range	给谁看：绩效办、本单位、公众	words:office=绩效办（全部）|unit=本单位（只有自己的行）|public=公示（只有允许的列）
--unit	--range unit 时的考评对象	ask:evaluated_unit
--form	只要这些表	text
--option	导出格式的选项	text
--force	有错误级问题也导出，每页标注“草稿”	-' ;;
    'kpi eval scheme new') reply='--year	预算年度	ask:year
--from	照这一年的方案新建	ask:year' ;;
    'kpi batch') reply='--to	可多次	ask:exporter
--out	输出文件夹	folder
--year	预算年度	ask:year
--option	导出选项，可多次	text
--jobs	同时工作的进程数	text
--scheduler	Dask 集群的调度器，代替本机进程	text
--force	有错误级问题也导出，每页标注“草稿”	-
--again	没有变化的台账也重做	-
--format	输出格式	words:text|json' ;;
    'kpi trace') reply='--year	预算年度	ask:year
--tables	表套	ask:table_set
--unit	只看一个预算单位	ask:unit
--format	输出格式	words:text|json' ;;
    'kpi history' | 'kpi plugin list' | 'kpi doctor') reply='--format	输出格式	words:text|json' ;;
    'kpi plugin new') reply='--kind	插件的种类	words:exporter|table-set|check
--out	写到哪个文件夹下	folder' ;;
    *) reply= ;;
  esac
}

_kpi_arguments() {
  case $1 in
    'kpi demo 0' | 'kpi init 0' | 'kpi batch 0') reply='folder' ;;
    'kpi import 0') reply='words:lines=预算行|incomes=收入|projects=项目|sangong=“三公”经费|comparatives=上年数|subjects=本地科目名称' ;;
    'kpi import 1' | 'kpi eval import 1') reply='file' ;;
    'kpi budget set 0' | 'kpi budget remove 0' | 'kpi income set 0' | 'kpi income remove 0' | 'kpi project set 0' | 'kpi project remove 0' | 'kpi sangong set 0' | 'kpi sangong remove 0' | 'kpi eval add 1' | 'kpi eval add +' | 'kpi eval set 1' | 'kpi eval set 2' | 'kpi eval set +' | 'kpi eval rename 1' | 'kpi eval rename 2' | 'kpi eval remove 1' | 'kpi trace 1' | 'kpi plugin new 0' | 'kpi schema 0' | 'kpi help 0' | 'kpi help +') reply='text' ;;
    'kpi table 0' | 'kpi table +' | 'kpi trace 0') reply='ask:table' ;;
    'kpi compare 0' | 'kpi compare 1') reply='ask:year' ;;
    'kpi eval import 0' | 'kpi eval template 0' | 'kpi eval list 0' | 'kpi eval add 0' | 'kpi eval set 0' | 'kpi eval remove 0') reply='words:units=考评对象|indicators=指标|indicator_sheets=指标说明书|assignments=指标分配|progress=季度进度|results=考评结果|evidence=佐证材料|ballots=评议票数|votes=评议票|surveys=民意调查|opinions=意见建议|leaders=领导所在单位|leader_ratings=领导评价|inspections=察访核验|rectifications=整改|bonuses=加分|vetoes=一票否决|component_scores=构成得分|appeals=申诉|minutes=会议纪要|tie_decisions=并列裁定|upper_indicators=迎检指标|goal_indicators=绩效目标指标|project_funds=项目资金|project_goals=项目绩效目标|monitor_entries=绩效监控' ;;
    'kpi eval rename 0') reply='words:units|indicators' ;;
    'kpi eval explain 0') reply='ask:evaluated_unit' ;;
    'kpi eval explain 1') reply='ask:indicator' ;;
    'kpi eval form 0' | 'kpi eval form +') reply='words:1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18' ;;
    'kpi subject search 0') reply='ask:subject' ;;
    'kpi plugin check 0') reply='ask:plugin' ;;
    'kpi completion show 0' | 'kpi completion install 0') reply='words:bash|zsh|fish|powershell' ;;
    *) reply= ;;
  esac
}

# Cut the line up to the cursor into `words` and `current`; bash itself also cuts at = and :, which are put back here.
_kpi_words() {
  local line=${COMP_LINE:0:COMP_POINT} word i
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=${line#"${line%%[![:space:]]*}"}
    if ((i)) && [[ $line && $line != [[:space:]]* ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
      line=${line#"${line%%[![:space:]]*}"}
    fi
    line=${line#"$word"}
  done
  for i in "${!words[@]}"; do
    case ${words[i]} in
      \'*) word=${words[i]#\'} words[i]=${word%\'} ;;
      \"*) word=${words[i]#\"} words[i]=${word%\"} ;;
      *) words[i]=${words[i]//\\/} ;;
    esac
  done
  current=${words[${#words[@]} - 1]}
  unset "words[${#words[@]} - 1]"
}

# Offer lines of a table by a format; quick, in a locale where a character is a byte.
_kpi_list() {
  local LC_ALL=C IFS=$'\n' line lines=()
  for line in $1; do
    [[ $line == "$current"* ]] && lines+=("$line")
  done
  if ((${#lines[@]} > 1)) && [[ ${COMP_TYPE:-9} == [69]* ]]; then
    IFS=$'\t\n'
    printf -v line "$2" ${lines[*]}
    IFS=$'\n'
    COMPREPLY=($line)
  else
    COMPREPLY=("${lines[@]%%$'\t'*}")
  fi
}

# Offer lines VALUE<tab>DESCRIPTION, quoted for the command line; descriptions show in a list only.
_kpi_offer() {
  local IFS=$'\n' line value width=0 lines=()
  for line in $1; do
    [[ $2 == match || $line == "$current"* ]] && lines+=("$line")
  done
  for line in "${lines[@]}"; do
    value=${line%%$'\t'*}
    ((${#value} <= width)) || width=${#value}
  done
  for line in "${lines[@]}"; do
    value=${line%%$'\t'*}
    [[ $raw == [\'\"]* || $value != *[[:space:]\(\)\&\;\|\<\>\$\`\"\'*?#]* ]] || printf -v value %q "$value"
    value=${value#"$cut"}
    if ((${#lines[@]} > 1)) && [[ $line == *$'\t'?* && ${COMP_TYPE:-9} == [69]* ]]; then
      printf -v value "%-${width}s  %s" "$value" "${line#*$'\t'}"
    fi
    COMPREPLY+=("$value")
  done
  # Codes that a name has found do not begin with it: a heading keeps bash from putting their common beginning there.
  [[ $2 != match ]] || ((${#lines[@]} < 2)) || COMPREPLY=("名称含“$current”：" "${COMPREPLY[@]}")
}

# Offer what an option or an argument takes.
_kpi_values() {
  local how answer
  case $1 in
    file) compopt -o default ;;
    folder) compopt -o dirnames ;;
    words:*)
      answer=${1#words:}
      answer=${answer//|/$'\n'}
      _kpi_offer "${answer//=/$'\t'}"
      ;;
    ask:*)
      answer=$("${words[0]/#\~/$HOME}" --complete "${1#ask:}" "$current" "${words[@]:1}" 2>/dev/null)
      how=${answer%%$'\n'*}
      [[ $how != partial ]] || compopt -o nospace
      [[ ! $how ]] || _kpi_offer "${answer#*$'\n'}" "$how"
      ;;
  esac
}

# Set `takes` to what an option of a command takes, nothing for a flag.
_kpi_takes() {
  local line
  _kpi_options "$1"
  takes=$'\n'$reply
  _kpi_options +
  takes+=$'\n'$reply
  line=${takes#*$'\n'"$2"$'\t'}
  [[ $line != "$takes" ]] || line=
  line=${line%%$'\n'*}
  takes=${line##*$'\t'}
  takes=${takes#-}
}

_kpi() {
  local words current raw=$2 cut= reply= takes= command=kpi count=0 literal= word
  [[ $- == *f* ]] || { set -f && trap 'set +f; trap - RETURN' RETURN; }
  COMPREPLY=()
  _kpi_words
  for word in "${words[@]:1}"; do
    if [[ $takes ]]; then
      takes=
    elif [[ ! $literal && $word == -- ]]; then
      literal=yes
    elif [[ ! $literal && $word == -* ]]; then
      [[ $word == *=* ]] || _kpi_takes "$command" "$word"
    else
      _kpi_commands "$command"
      if ((count == 0)) && [[ $'\n'$reply == *$'\n'"$word"$'\t'* ]]; then command+=" $word"; else ((++count)); fi
    fi
  done
  if [[ $takes ]]; then
    _kpi_values "$takes"
  elif [[ ! $literal && $current == --*=* ]]; then
    _kpi_takes "$command" "${current%%=*}"
    current=${current#*=}
    _kpi_values "$takes"
  elif [[ ! $literal && $current == -* ]]; then
    _kpi_options "$command"
    word=$reply
    _kpi_options +
    _kpi_list "$word"$'\n'"$reply" '%-17s %s%.0s\n'
  else
    _kpi_commands "$command"
    if [[ $reply ]]; then
      ((count)) || _kpi_list "$reply" '%-12s %s\n'
    else
      _kpi_arguments "$command $count"
      [[ $reply ]] || _kpi_arguments "$command +"
      _kpi_values "$reply"
    fi
  fi
}

complete -o nosort -F _kpi kpi 2>/dev/null || complete -F _kpi kpi
