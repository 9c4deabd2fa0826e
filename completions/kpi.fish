# fish completion of kpi, made by `kpi completion show fish`; do not edit.
# Fixed words come from the tables below. For the rest `kpi --complete` is asked, see kpi_cli/completion/answers.py.

function _kpi_commands
    switch $argv[1]
        case 'kpi'
            printf '%s\n' 'demo	写出示例台账（防城港市港口区绩效办 2017）' 'init	新建一本台账' 'import	从 CSV 或 XLSX 导入记录：全部通过才写入' 'budget	预算行：增加、列出、修改、删除' 'income	收入：增加、列出、修改、删除' 'project	项目：增加、列出、修改、删除' 'sangong	“三公”经费：增加、列出、修改、删除' 'table	计算并显示公开表' 'narrative	写出公开文件的文字部分' 'compare	比较台账里的两个年度：各科目、项目、“三公”经费增减多少' 'export	导出公开文件' 'check	校核勾稽关系' 'eval	绩效考评：从指标和票数到名次和等次，每个数都能复核' 'batch	校核并导出一个文件夹下的所有台账' 'trace	追溯一个数：由哪些台账记录构成，怎样算出' 'history	显示台账的全部修改，最新的在前' 'undo	撤销最近一次修改' 'redo	恢复最近一次撤销的修改' 'subject	科目目录' 'plugin	插件：导出格式、表套、校核规则、评分方法' 'completion	按 TAB 补全：命令、选项、年度、表号、科目、项目……' 'schema	打印台账文件的 JSON Schema' 'doctor	检查运行环境、字体、编码、插件和台账' 'help	说明一个主题，或一个命令的用法'
        case 'kpi budget'
            printf '%s\n' 'add	加入一条预算行' 'list	列出预算行' 'set	修改一条预算行的某些内容' 'remove	删去一条预算行'
        case 'kpi income'
            printf '%s\n' 'add	加入一条收入' 'list	列出收入' 'set	修改一条收入的某些内容' 'remove	删去一条收入'
        case 'kpi project'
            printf '%s\n' 'add	加入一条项目' 'list	列出项目' 'set	修改一条项目的某些内容' 'remove	删去一条项目'
        case 'kpi sangong'
            printf '%s\n' 'add	加入一条“三公”经费' 'list	列出“三公”经费' 'set	修改一条“三公”经费的某些内容' 'remove	删去一条“三公”经费'
        case 'kpi eval'
            printf '%s\n' 'import	从 CSV 或 XLSX 导入考评记录：全部通过才写入' 'template	写出空白填报表（XLSX），有下拉选项和保护' 'list	列出考评记录' 'add	加入一条考评记录' 'set	修改一条考评记录的某些内容' 'rename	改一个考评对象或指标的编号，所有记录一起改' 'archive	归档：结果审定以后锁住一年的记录，迟到的加分转入下一年' 'remove	删去一条考评记录' 'status	显示到期、缺报、迟报的事项' 'check	按 V101–V606 校核' 'final	计算总分、名次和等次' 'explain	一步一步写出一个单位或一项指标的算式和依据的记录' 'analyse	分析：拉不开差距的指标、失分、评议与指标名次、与上年比较' 'form	显示考评表 F1–F18' 'export	导出考评表' 'scheme	考评方案：权重、选项、等次、扣分和加分标准'
        case 'kpi eval scheme'
            printf '%s\n' 'new	新建一年的考评方案'
        case 'kpi subject'
            printf '%s\n' 'search	按编码或名称查找科目，注明有效年份和依据'
        case 'kpi plugin'
            printf '%s\n' 'list	列出插件的名称、来源、提供什么和状态' 'new	写出一个能用、带测试的新插件' 'check	对装好的插件做一致性检查'
        case 'kpi completion'
            printf '%s\n' 'show	打印一种 shell 的补全脚本' 'install	把补全脚本放到 shell 读取的地方'
    end
end

function _kpi_options
    switch $argv[1]
        case '+'
            printf '%s\n' '-C	台账文件夹	folder' '--ledger	台账文件夹	folder' '--color	颜色	words:auto|always|never' '--wait	台账被占用时等待的秒数	text' '--no-plugins	不加载第三方插件	-' '--debug	出错时显示调用栈	-' '--help	显示帮助	-'
        case 'kpi'
            printf '%s\n' '--version	显示版本	-'
        case 'kpi init'
            printf '%s\n' '--department	部门或单位全称	text' '--year	第一个预算年度	text' '--tables	guangxi-2017、mof 或 shanghai	ask:table_set' '--level	层级	words:部门|单位' '--nature	性质	words:行政|参公|事业' '--code	部门或单位编码	text'
        case 'kpi import' 'kpi eval import'
            printf '%s\n' '--year	预算年度	ask:year' '--replace	替换该年度同种类的全部记录	-' '--dry-run	只检查并显示将写入的内容，不改台账	-'
        case 'kpi budget add' 'kpi budget set'
            printf '%s\n' '--year	预算年度	ask:year' '--function-code	功能分类科目编码，7 位，例：2010601	ask:function' '--function-name	功能科目名称，只用于核对编码，例：行政运行	text' '--economic-code	部门经济分类科目编码，5 位	ask:economic' '--economic-name	经济科目名称，只用于核对编码，例：基本工资	text' '--expenditure-type	支出类型，例：基本支出	words:基本支出|项目支出|事业单位经营支出|上缴上级支出|对附属单位补助支出' '--cost-kind	人员经费或公用经费	words:人员经费|公用经费' '--fund-source	资金来源，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余' '--project	projects.toml 里的项目 id，例：P01	ask:project' '--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit' '--carried-forward	是否上年结转，空为否，例：否	words:是|否' '--amount	金额，元，最多两位小数，例：12345.67	text' '--amount-yuan	金额，元，最多两位小数，例：12345.67	text' '--amount-wan	金额，万元，最多六位小数	text' '--note	备注，不公开	text'
        case 'kpi budget list' 'kpi income list' 'kpi project list' 'kpi sangong list' 'kpi eval list'
            printf '%s\n' '--year	预算年度	ask:year' '--format	输出格式	words:text|csv|json'
        case 'kpi budget remove' 'kpi income remove' 'kpi project remove' 'kpi sangong remove' 'kpi eval add' 'kpi eval set' 'kpi eval rename' 'kpi eval remove'
            printf '%s\n' '--year	预算年度	ask:year'
        case 'kpi income add' 'kpi income set'
            printf '%s\n' '--year	预算年度	ask:year' '--fund-source	资金来源，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余' '--function-code	收入对应的功能科目编码，7 位，可空，例：2010601	ask:function' '--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit' '--carried-forward	是否上年结转，空为否，例：否	words:是|否' '--amount	金额，元，最多两位小数，例：12345.67	text' '--amount-yuan	金额，元，最多两位小数，例：12345.67	text' '--amount-wan	金额，万元，最多六位小数	text' '--note	备注，不公开	text'
        case 'kpi project add' 'kpi project set'
            printf '%s\n' '--year	预算年度	ask:year' '--id	简短的编号，预算行用它指向项目，例：P01	text' '--name	公开时的全称，例：绩效考评指标体系编制经费	text' '--task	对应的年度工作任务，例：编制绩效考评指标体系	text' '--objective	年度绩效目标	text' '--amount	预算金额，元，例：20000.00	text' '--amount-yuan	预算金额，元，例：20000.00	text' '--amount-wan	金额，万元，最多六位小数	text' '--executed	执行数，元，例：18000.00	text' '--executed-yuan	执行数，元，例：18000.00	text'
        case 'kpi sangong add' 'kpi sangong set'
            printf '%s\n' '--year	预算年度	ask:year' '--category	类别，例：公务接待费	words:因公出国(境)费|公务接待费|公务用车购置费|公务用车运行费|机关运行经费' '--fund-source	资金来源，空为一般公共预算，例：一般公共预算	words:一般公共预算|政府性基金预算|国有资本经营预算|财政专户管理资金|事业收入|事业单位经营收入|上级补助收入|附属单位上缴收入|其他收入|使用非财政拨款结余' '--amount	金额，元，最多两位小数，例：12345.67	text' '--amount-yuan	金额，元，最多两位小数，例：12345.67	text' '--amount-wan	金额，万元，最多六位小数	text' '--budget-unit	预算单位编码（导入时可写唯一的全称）	ask:unit' '--groups	因公出国（境）团组数，例：1	text' '--persons	因公出国（境）人次或接待人次，例：12	text' '--vehicles	购置或保有的公务用车数，例：2	text' '--batches	公务接待批次，例：5	text' '--reason	与上年比较增减的原因	text' '--note	备注，不公开	text'
        case 'kpi table'
            printf '%s\n' '--year	预算年度	ask:year' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--format	输出格式	words:text|csv|json|markdown'
        case 'kpi narrative'
            printf '%s\n' '--year	预算年度	ask:year' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--format	输出格式	words:markdown|text|json'
        case 'kpi compare'
            printf '%s\n' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--format	输出格式	words:text|csv|json'
        case 'kpi export'
            printf '%s\n' '--to	docx、xlsx 或插件提供的格式	ask:exporter' '--out	输出文件夹	folder' '--year	预算年度	ask:year' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--option	导出格式的选项	text' '--live	即 --option xlsx.live=true：明…	-' '--reference-doc	即 --option docx.reference_d…	file' '--finalize	即 --option docx.finalize=tr…	-' '--force	有错误级问题也导出，每页标注“草稿”	-'
        case 'kpi check'
            printf '%s\n' '--year	预算年度	ask:year' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--format	输出格式	words:text|json' '--disclosure	校核一份公开的文件：表（tables/NN.csv）和…	folder' '--explain	说明一条规则查什么、为什么、依据和例子，不校核	ask:rule'
        case 'kpi eval template'
            printf '%s\n' '--year	预算年度	ask:year' '--period	季度自评的期间或评议的轮次，例如 2017Q1、半年测评	text' '--unit	只填这个单位的行	ask:evaluated_unit' '--out	XLSX 文件	file'
        case 'kpi eval archive'
            printf '%s\n' '--year	预算年度	ask:year' '--reopen	重新打开已归档的年度	-'
        case 'kpi eval status'
            printf '%s\n' '--year	预算年度	ask:year' '--as-of	按这一天判断是否逾期，例 2017-04-20	text' '--format	输出格式	words:text|json'
        case 'kpi eval check'
            printf '%s\n' '--year	预算年度	ask:year' '--as-of	按这一天判断是否逾期，例 2017-04-20	text' '--explain	说明一条规则查什么、为什么、依据和例子，不校核	text' '--format	输出格式	words:text|json'
        case 'kpi eval final'
            printf '%s\n' '--year	预算年度	ask:year' '--what-if	试算方案的一项	text' '--draft	有问题也显示能算出的部分	-' '--format	输出格式	words:text|json'
        case 'kpi eval explain'
            printf '%s\n' '--year	预算年度	ask:year' '--what-if	试算方案的一项	text' '--format	输出格式	words:text|json'
        case 'kpi eval analyse' 'kpi subject search'
            printf '%s\n' '--year	预算年度	ask:year' '--format	输出格式	words:text|json'
        case 'kpi eval form'
            printf '%s\n' '--year	预算年度	ask:year' '--range	给谁看：绩效办、本单位、公众	words:office=绩效办（全部）|unit=本单位（只有自己的行）|public=公示（只有允许的列）' '--unit	--range unit 时的考评对象	ask:evaluated_unit' '--format	输出格式	words:text|csv|json|markdown'
        case 'kpi eval export'
            printf '%s\n' '--to	docx、xlsx 或插件提供的格式	ask:exporter' '--out	输出文件夹	folder' '--year	预算年度	ask:year' '--range	给谁看：绩效办、本单位、公众	words:office=绩效办（全部）|unit=本单位（只有自己的行）|public=公示（只有允许的列）' '--unit	--range unit 时的考评对象	ask:evaluated_unit' '--form	只要这些表	text' '--option	导出格式的选项	text' '--force	有错误级问题也导出，每页标注“草稿”	-'
        case 'kpi eval scheme new'
            printf '%s\n' '--year	预算年度	ask:year' '--from	照这一年的方案新建	ask:year'
        case 'kpi batch'
            printf '%s\n' '--to	可多次	ask:exporter' '--out	输出文件夹	folder' '--year	预算年度	ask:year' '--option	导出选项，可多次	text' '--jobs	同时工作的进程数	text' '--scheduler	Dask 集群的调度器，代替本机进程	text' '--force	有错误级问题也导出，每页标注“草稿”	-' '--again	没有变化的台账也重做	-' '--format	输出格式	words:text|json'
        case 'kpi trace'
            printf '%s\n' '--year	预算年度	ask:year' '--tables	表套	ask:table_set' '--unit	只看一个预算单位	ask:unit' '--format	输出格式	words:text|json'
        case 'kpi history' 'kpi plugin list' 'kpi doctor'
            printf '%s\n' '--format	输出格式	words:text|json'
        case 'kpi plugin new'
            printf '%s\n' '--kind	插件的种类	words:exporter|table-set|check' '--out	写到哪个文件夹下	folder'
    end
end

function _kpi_arguments
    switch $argv[1]
        case 'kpi demo 0' 'kpi init 0' 'kpi batch 0'
            printf '%s\n' 'folder'
        case 'kpi import 0'
            printf '%s\n' 'words:lines=预算行|incomes=收入|projects=项目|sangong=“三公”经费|comparatives=上年数|subjects=本地科目名称'
        case 'kpi import 1' 'kpi eval import 1'
            printf '%s\n' 'file'
        case 'kpi budget set 0' 'kpi budget remove 0' 'kpi income set 0' 'kpi income remove 0' 'kpi project set 0' 'kpi project remove 0' 'kpi sangong set 0' 'kpi sangong remove 0' 'kpi eval add 1' 'kpi eval add +' 'kpi eval set 1' 'kpi eval set 2' 'kpi eval set +' 'kpi eval rename 1' 'kpi eval rename 2' 'kpi eval remove 1' 'kpi trace 1' 'kpi plugin new 0' 'kpi schema 0' 'kpi help 0' 'kpi help +'
            printf '%s\n' 'text'
        case 'kpi table 0' 'kpi table +' 'kpi trace 0'
            printf '%s\n' 'ask:table'
        case 'kpi compare 0' 'kpi compare 1'
            printf '%s\n' 'ask:year'
        case 'kpi eval import 0' 'kpi eval template 0' 'kpi eval list 0' 'kpi eval add 0' 'kpi eval set 0' 'kpi eval remove 0'
            printf '%s\n' 'words:units=考评对象|indicators=指标|indicator_sheets=指标说明书|assignments=指标分配|progress=季度进度|results=考评结果|evidence=佐证材料|ballots=评议票数|votes=评议票|surveys=民意调查|opinions=意见建议|leaders=领导所在单位|leader_ratings=领导评价|inspections=察访核验|rectifications=整改|bonuses=加分|vetoes=一票否决|component_scores=构成得分|appeals=申诉|minutes=会议纪要|tie_decisions=并列裁定|upper_indicators=迎检指标|goal_indicators=绩效目标指标|project_funds=项目资金|project_goals=项目绩效目标|monitor_entries=绩效监控'
        case 'kpi eval rename 0'
            printf '%s\n' 'words:units|indicators'
        case 'kpi eval explain 0'
            printf '%s\n' 'ask:evaluated_unit'
        case 'kpi eval explain 1'
            printf '%s\n' 'ask:indicator'
        case 'kpi eval form 0' 'kpi eval form +'
            printf '%s\n' 'words:1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18'
        case 'kpi subject search 0'
            printf '%s\n' 'ask:subject'
        case 'kpi plugin check 0'
            printf '%s\n' 'ask:plugin'
        case 'kpi completion show 0' 'kpi completion install 0'
            printf '%s\n' 'words:bash|zsh|fish|powershell'
    end
end

# Offer what an option or an argument takes: takes, what stands in front of the word, the word, the words before it.
function _kpi_values -a takes front current
    set -l before $argv[4..]
    switch "$takes"
        case file
            printf "$front%s\n" (__fish_complete_path $current)
        case folder
            printf "$front%s\n" (__fish_complete_directories $current '')
        case 'words:*'
            printf "$front%s\n" (string sub -s 7 -- $takes | string split '|' | string replace = \t)
        case 'ask:*'
            set -l answer ($before[1] --complete (string sub -s 5 -- $takes) "$current" $before[2..] 2>/dev/null)
            and test (count $answer) -gt 1
            and printf "$front%s\n" $answer[2..]
    end
end

# Print what an option of a command takes, nothing for a flag.
function _kpi_takes -a command option
    for line in (_kpi_options $command; _kpi_options +)
        set -l parts (string split \t -- $line)
        if test $parts[1] = $option
            test $parts[3] = -
            or echo $parts[3]
            return
        end
    end
end

function _kpi_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct | string replace -r '^[\'"]' '')
    set -l command kpi
    set -l count 0
    set -l literal no
    set -l takes
    for word in $before[2..]
        if test -n "$takes"
            set takes
        else if test $literal = no -a "$word" = --
            set literal yes
        else if test $literal = no; and string match -q -- '-*' $word
            string match -q -- '*=*' $word
            or set takes (_kpi_takes $command $word)
        else if test $count = 0; and contains -- $word (_kpi_commands $command | string replace -r '\t.*' '')
            set command "$command $word"
        else
            set count (math $count + 1)
        end
    end
    if test -n "$takes"
        _kpi_values $takes '' "$current" $before
    else if test $literal = no; and string match -q -- '--*=*' $current
        set -l parts (string split -m 1 = -- $current)
        _kpi_values (_kpi_takes $command $parts[1]; or echo '') $parts[1]= "$parts[2]" $before
    else if test $literal = no; and string match -q -- '-*' $current
        begin
            _kpi_options $command
            _kpi_options +
        end | string replace -r '\t[^\t]*$' ''
    else if _kpi_commands $command | read -z children
        test $count = 0
        and printf '%s' $children
    else
        set takes (_kpi_arguments "$command $count"; _kpi_arguments "$command +")
        _kpi_values "$takes[1]" '' "$current" $before
    end
end

complete -c kpi -e
complete -c kpi -k -f -a '(_kpi_complete)'
