"""The built site in a real browser: what a reader can do with it.

What must hold of every page is measured by the audit (tests/audit).

Needs Chromium on the machine; without one these tests are skipped, unless
BROWSER_REQUIRED is set, as CI does.
"""

import re

import pytest

from tests.audit.pages import FAULTS, faults
from tests.test_site import CONFIG, SITE, html, parse
from website.serve import serving

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}
PAGE = "03-principles/cnn-convolution"
# Every piece of a search: a term of two characters, a phrase without spaces,
# a question, code, a word in another form. The page must be among the first
# three, with a link to the heading where one is named.
SEARCHES = [
    ("zh", "卷积", "cnn-convolution", None),
    ("zh", "池化", "cnn-pooling", "pooling"),
    ("zh", "步幅", "cnn-convolution", "padding-stride-dilation"),
    ("zh", "填充", "cnn-pooling", "mathematics-window-stride-padding"),
    ("zh", "通道", "cnn-convolution", "channels"),
    ("zh", "混叠", "cnn-pooling", None),
    ("zh", "卷积核", "cnn-convolution", None),
    ("zh", "互相关", "cnn-convolution", "convolution-or-cross-correlation"),
    ("zh", "感受野", "cnn-convolution-layer", None),
    ("zh", "膨胀率", "cnn-convolution", "padding-stride-dilation"),
    ("zh", "最大池化", "cnn-pooling", None),
    ("zh", "反向传播", "deep-learning", "backpropagation"),
    ("zh", "平移等变", "cnn-convolution-layer", None),
    ("zh", "二氧化碳", "rnn-forecasting", None),
    ("zh", "全局平均池化", "cnn-pooling", None),
    ("zh", "文章的公式错在哪里", "cnn-convolution", None),
    ("zh", "池化并不平移不变", "cnn-pooling", None),
    ("zh", "卷积层的梯度怎样算", "cnn-convolution-learning", None),
    ("zh", "Conv2D 步幅", "cnn-convolution-layer", None),
    ("zh", "MaxPooling2D", "cnn-pooling", None),
    ("zh", "sliding_window_view", "cnn-pooling", None),
    ("zh", "correlate2d", "cnn-convolution", None),
    ("zh", "Toeplitz", "cnn-convolution-layer", None),
    ("zh", "有限差分", "cnn-convolution-learning", None),
    ("zh", "隐藏状态", "rnn-hidden-state", None),
    ("zh", "梯度裁剪", "rnn-hidden-state", None),
    ("zh", "随机切分", "rnn-forecasting", None),
    ("zh", "太阳黑子", "rnn-forecasting", None),
    ("zh", "遗忘门", "rnn-lstm", None),
    ("zh", "更新门", "rnn-gru", None),
    ("zh", "掩码门", "rnn-gru", None),
    ("zh", "主成分分析", "autoencoder-encoder", None),
    ("zh", "转置卷积", "autoencoder-decoder", None),
    ("zh", "异常检测", "autoencoder-applications", None),
    ("zh", "重参数化", "autoencoder-variational", None),
    ("zh", "多头注意力", "attention", None),
    ("zh", "旋转位置编码", "attention-position", None),
    ("zh", "归纳头", "transformer", None),
    ("zh", "参数公式", "transformer-size", None),
    ("zh", "翻倍时间", "history", "the-mathematics-growth-and-doubling-time"),
    ("zh", "感知机 学习规则", "history", None),
    ("zh", "显卡小时 利用率", "training-cost", None),
    ("zh", "每个参数 16 字节", "how-large", "training-16-bytes-a-parameter"),
    ("zh", "报告错误", "using-this-book", None),
    ("zh", "标签传播", "keras-autoencoder-features", None),
    ("zh", "平均精确率", "keras-autoencoder-features", None),
    ("zh", "随机搜索", "keras-workflow", None),
    ("zh", "设计效应", "keras-workflow", None),
    ("zh", "利特尔法则", "keras-serving", "little-s-law"),
    ("zh", "换版本的关口", "keras-model-tests", None),
    ("zh", "混合精度 损失放大", "keras", None),
    ("zh", "规模定律 外推", "scaling-laws", None),
    ("zh", "剪枝 量化", "efficient-models", None),
    ("zh", "混合专家 路由", "efficient-models-smaller", None),
    ("zh", "分布外检测", "reliability", None),
    ("zh", "梯度掩盖", "reliability-adversarial", None),
    ("zh", "公平 不可能", "ethics", None),
    ("zh", "双下降", "overfitting", None),
    ("zh", "早停 岭回归", "overfitting-remedies", None),
    ("zh", "主动学习", "data", None),
    ("zh", "找出错标签", "data-quality", None),
    ("zh", "差分隐私", "privacy", None),
    ("zh", "联邦平均", "privacy-models", None),
    ("zh", "零样本 对比损失", "new-domains-clip", None),
    ("zh", "积分梯度", "interpretability", None),
    ("zh", "线性探针", "interpretability-inside", None),
    ("zh", "参考文献", "bibliography", None),
    ("en", "doubling time", "history", None),
    ("en", "GPU hours", "training-cost", None),
    ("en", "mantissa", "how-large", "how-many-bytes-for-a-number"),
    ("en", "average precision", "keras-autoencoder-features", None),
    ("en", "design effect", "keras-workflow", None),
    ("en", "four checks before training", "keras-workflow", None),
    ("en", "retracing", "keras-serving", "retracing"),
    ("en", "behavioural tests", "keras-model-tests", None),
    (
        "en",
        "mixed precision loss scaling",
        "keras",
        "mixed-precision-what-16-bits-can-represent",
    ),
    ("en", "compute-optimal", "scaling-laws", None),
    ("en", "per-channel quantisation", "efficient-models", None),
    ("en", "mixture of experts router", "efficient-models-smaller", None),
    ("en", "temperature scaling calibration", "reliability", None),
    ("en", "adversarial training PGD", "reliability-adversarial", None),
    ("en", "impossibility base rates", "ethics", None),
    ("en", "double descent", "overfitting", None),
    ("en", "dropout ridge", "overfitting-remedies", None),
    ("en", "active learning", "data", None),
    ("en", "differential privacy", "privacy", None),
    ("en", "federated averaging", "privacy-models", None),
    ("en", "contrastive loss", "new-domains-clip", None),
    ("en", "integrated gradients", "interpretability", None),
    ("en", "attention rollout", "interpretability-inside", None),
    ("en", "convolution", "cnn-convolution", None),
    ("en", "convolving", "cnn-convolution-layer", None),
    ("en", "pooling", "cnn-pooling", "pooling"),
    ("en", "pooled", "cnn-pooling", None),
    ("en", "stride", "cnn-convolution", "padding-stride-dilation"),
    ("en", "dilations", "cnn-convolution", "padding-stride-dilation"),
    ("en", "receptive fields", "cnn-convolution-layer", None),
    ("en", "translation equivariance", "cnn-convolution-layer", None),
    ("en", "cross-correlation", "cnn-convolution", None),
    ("en", "backward pass", "cnn-convolution-learning", None),
    ("en", "aliasing", "cnn-pooling", None),
    ("en", "global average pooling", "cnn-pooling", None),
    ("en", "sunspots or carbon dioxide", "rnn-forecasting", None),
    ("en", "edges in a photograph", "cnn-convolution", None),
    ("en", "what is wrong with the formula", "cnn-convolution", None),
    ("en", "MaxPooling2D", "cnn-pooling", None),
    ("en", "sliding_window_view", "cnn-pooling", None),
    ("en", "np.testing.assert_allclose", "cnn-convolution", None),
    ("en", "correlate2d", "cnn-convolution", None),
    ("en", "Toeplitz matrix", "cnn-convolution-layer", None),
    ("en", "Mauna Loa", "cnn-convolution", None),
    ("en", "hidden state", "rnn-hidden-state", None),
    ("en", "exploding gradients", "rnn-hidden-state", None),
    ("en", "random split", "rnn-forecasting", None),
    ("en", "forget gate", "rnn-lstm", None),
    ("en", "reset gate", "rnn-gru", None),
    ("en", "reset_after", "rnn-gru", None),
    ("en", "PCA", "autoencoder-encoder", None),
    ("en", "Conv2DTranspose", "autoencoder-decoder", None),
    ("en", "anomalies", "autoencoder-applications", None),
    ("en", "ELBO", "autoencoder-variational", None),
    ("en", "causal mask", "attention", None),
    ("en", "rotary positions", "attention-position", None),
    ("en", "induction head", "transformer", None),
    ("en", "parameters of GPT-3", "transformer-size", None),
    ("zh", "数据增强", "keras-cnn", None),
    ("zh", "早停", "keras-cnn", None),
    ("zh", "校准", "keras-cnn-evaluation", None),
    ("zh", "批归一化", "keras-cnn-recipe", None),
    ("zh", "填充与掩蔽", "keras-rnn-sequences", None),
    ("zh", "流式预测", "keras-rnn-streaming", None),
    ("zh", "滚动起点", "keras-rnn-forecasting", None),
    ("zh", "环形全归约", "keras-distributed", None),
    ("zh", "张量并行", "keras-distributed-model", None),
    ("zh", "Kubernetes", "keras-distributed-workers", None),
    ("zh", "打乱像素", "machine-learning-and-large-models", None),
    ("zh", "方向梯度直方图", "machine-learning-and-large-models", None),
    ("zh", "锯齿", "deep-learning", "what-depth-buys-the-sawtooth"),
    ("zh", "死神经元", "deep-learning-training", "dead-neurons"),
    ("zh", "灾难性遗忘", "pretraining-and-transfer", None),
    ("zh", "打乱标签", "in-context-learning", None),
    ("zh", "照抄开头", "text-summarization", None),
    ("zh", "域随机化", "robot-control", None),
    ("zh", "GoogLeNet 参数", "image-recognition", None),
    ("zh", "字节对编码", "language-tokens", None),
    ("zh", "分词 词表 比特", "language-tokens", None),
    ("zh", "束搜索", "machine-translation", None),
    ("zh", "行为克隆", "autonomous-driving", None),
    ("zh", "梅尔滤波器", "speech-recognition", None),
    ("zh", "唤醒词 误报", "speech-recognition", None),
    ("zh", "CTC 前向算法", "speech-ctc", None),
    ("zh", "人脸验证 等错误率", "face-verification", None),
    ("zh", "遮蔽语言模型", "language-bert", None),
    ("zh", "键值缓存 采样", "language-gpt", None),
    ("zh", "重新追踪 输入签名", "tensorflow", None),
    ("zh", "GRU 门序 搬权重", "pytorch", None),
    ("zh", "Trainer 梯度裁剪", "transformers", None),
    ("zh", "llama.cpp Ollama", "choosing", None),
    ("zh", "三法则", "autonomous-driving", None),
    ("en", "early stopping", "keras-cnn", None),
    ("en", "confusion matrix", "keras-cnn-evaluation", None),
    ("en", "return_sequences", "keras-rnn", None),
    ("en", "pad_sequences", "keras-rnn-sequences", None),
    ("en", "reset_state", "keras-rnn-streaming", None),
    ("en", "ring all-reduce", "keras-distributed", None),
    ("en", "tensor parallelism", "keras-distributed-model", None),
    ("en", "TF_CONFIG", "keras-distributed-workers", None),
    ("en", "shuffle pixels", "machine-learning-and-large-models", None),
    ("en", "finite differences", "deep-learning", None),
    ("en", "dead neurons", "deep-learning-training", "dead-neurons"),
    ("en", "catastrophic forgetting", "pretraining-and-transfer", None),
    ("en", "in-context learning", "in-context-learning", None),
    ("en", "TextRank", "text-summarization", "textrank-sentences-vote"),
    ("en", "Riccati", "robot-control", None),
    ("en", "GoogLeNet parameters", "image-recognition", None),
    ("en", "byte-pair encoding", "language-tokens", None),
    (
        "en",
        "beam search",
        "machine-translation",
        "beam-search-several-ideas-at-once",
    ),
    ("en", "mel filters", "speech-recognition", None),
    ("en", "forward algorithm", "speech-ctc", "the-forward-algorithm"),
    (
        "en",
        "DeepFace parameters",
        "face-verification",
        "how-large-deepface-is",
    ),
    ("en", "nucleus sampling", "language-gpt", None),
    ("en", "retracing", "tensorflow", None),
    ("en", "forgetting eval", "pytorch", None),
    ("en", "model card open weights", "transformers", None),
    ("en", "install size of PyTorch", "choosing", None),
    ("en", "masking 80/10/10", "language-bert", "masking-15-80-10-10"),
    (
        "en",
        "DAgger",
        "autonomous-driving",
        "dagger-ask-the-expert-where-the-network-goes",
    ),
    ("en", "bibliography", "bibliography", None),
]


@pytest.fixture(scope="session")
def address():
    with serving(SITE) as address:
        yield address.rstrip("/")


@pytest.fixture
def visit(chromium, address):
    """visit("en/index", **settings of the context): an open page."""
    contexts = []

    def visit(name, **settings):
        settings.setdefault("viewport", DESKTOP)
        context = chromium.new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(8000)
        page = context.new_page()
        page.goto(f"{address}/{name}" + ("" if name == "" else ".html"))
        page.wait_for_load_state("networkidle")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("edition", list(CONFIG["editions"]))
def test_cut_fonts_still_draw_every_formula(visit, edition):
    page = visit(f"{edition}/03-principles/cnn-convolution-layer")
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    parts = session.send(
        "DOM.querySelectorAll",
        {
            "nodeId": root,
            "selector": ".katex-html :not(.cjk_fallback, .beside, :has(*))",
        },
    )["nodeIds"]
    drawn = {
        font["familyName"]
        for part in parts
        for font in session.send(
            "CSS.getPlatformFontsForNode", {"nodeId": part}
        )["fonts"]
    }
    assert drawn and all(name.startswith("KaTeX_") for name in drawn), drawn


def test_no_line_begins_with_a_mark_after_a_formula(visit):
    page = visit("zh/03-principles/cnn-convolution-layer", viewport=PHONE)
    lost = page.evaluate(
        """() => [...document.querySelectorAll(".katex .beside")].filter(
             (mark) => /^[，。、；：）]/.test(mark.textContent) &&
               mark.getBoundingClientRect().left <=
               mark.closest("p, li, td").getBoundingClientRect().left + 1
           ).length"""
    )
    assert lost == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_follows_the_system_and_remembers_a_choice(visit, theme):
    page = visit(f"en/{PAGE}", color_scheme=theme)
    html = page.locator("html")
    assert html.get_attribute("data-theme") == theme
    shown = page.locator(".cell_output img:visible").first
    assert f"only-{theme}" in shown.get_attribute("class")
    other = {"light": "dark", "dark": "light"}[theme]
    while html.get_attribute("data-mode") != other:
        page.locator(".theme-switch-button").click()
    page.reload()
    assert html.get_attribute("data-theme") == other


@pytest.mark.parametrize(
    ("locale", "edition"),
    [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-GB", "en"), ("fr-FR", "en")],
)
def test_root_opens_the_edition_of_the_browser(visit, locale, edition):
    page = visit("", locale=locale)
    page.wait_for_url(f"**/{edition}/index.html")


def test_switch_leads_to_the_same_place_and_is_remembered(visit, address):
    page = visit(f"zh/{PAGE}", locale="zh-CN")
    page.evaluate("document.getElementById('channels').scrollIntoView()")
    # By the mouse: a locator's click scrolls first.
    box = page.locator(".language-switch").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 8)
    page.wait_for_url(f"**/en/{PAGE}.html#channels")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(address)
    page.wait_for_url("**/en/index.html")


@pytest.fixture(scope="session")
def search_pages(chromium, address):
    """One open page with the search dialog for each edition."""
    pages = {}
    for edition in CONFIG["editions"]:
        page = pages[edition] = chromium.new_page()
        page.set_default_timeout(8000)
        page.goto(f"{address}/{edition}/{PAGE}.html")
        page.keyboard.press("Control+k")
        page.locator("#pst-search-dialog input").wait_for()
    yield pages
    for page in pages.values():
        page.close()


@pytest.mark.parametrize(("edition", "query", "target", "anchor"), SEARCHES)
def test_search(search_pages, edition, query, target, anchor):
    page = search_pages[edition]
    field = page.locator("#pst-search-dialog input")
    results = page.locator("#pst-search-dialog .search-results > li")
    field.fill("")
    results.first.wait_for(state="detached")
    field.fill(query)
    results.locator("mark").first.wait_for()
    links = results.locator(":scope:nth-child(-n+3) a").all()
    addresses = [link.get_attribute("href") for link in links]
    pages = [re.search(r"/(\w\w)/(.*)\.html", a).groups() for a in addresses]
    assert {found for found, _ in pages} == {edition}
    assert target in {name.split("/")[-1] for _, name in pages}
    if anchor:
        assert any(a.endswith(f"{target}.html#{anchor}") for a in addresses)
    for found, place in zip(pages, addresses, strict=True):
        assert place.split("#")[1] in parse(html("/".join(found))).ids


def test_search_result_leads_to_its_heading(visit):
    page = visit(f"zh/{PAGE}")
    page.keyboard.press("Control+k")
    page.keyboard.type("遗忘门")
    link = page.locator(".search-results mark").first
    link.click()
    page.wait_for_url("**/zh/03-principles/rnn-lstm.html#*")
    place = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert page.locator(f"[id='{place}']").is_visible()


def test_search_says_when_it_finds_nothing(visit):
    page = visit("en/search")
    page.locator("form.bd-search input").fill("qqqq")
    page.get_by_text("Nothing found for “qqqq”").wait_for()


def test_search_page_reads_its_address(visit):
    page = visit("zh/search")
    page.goto(page.url + "?q=池化")
    page.locator(".search-results a").first.wait_for()
    assert "池化" in page.locator(".search-results").inner_text()


def test_search_from_a_file_says_what_to_do(chromium):
    page = chromium.new_page()
    page.goto((SITE / "zh" / f"{PAGE}.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("卷积")
    page.get_by_text("make serve").wait_for()
    page.close()


@pytest.mark.parametrize("edition", list(CONFIG["editions"]))
def test_quiz_by_keyboard(visit, edition):
    page = visit(f"{edition}/{PAGE}")
    quiz = page.locator(".admonition.quiz").first
    answers = quiz.locator("details ol > li").all_text_contents()
    right = [
        n
        for n, text in enumerate(answers)
        if text.strip().startswith(("正确", "Correct"))
    ]
    assert len(right) == 1
    choices = quiz.get_by_role("button")
    status = quiz.get_by_role("status")
    assert status.text_content() == ""
    for number, answer in enumerate(answers):
        choices.nth(number).focus()
        page.keyboard.press("Enter" if number % 2 else "Space")
        assert status.text_content().strip() == answer.strip()
        assert choices.nth(number).get_attribute("aria-pressed") == "true"
        result = "right" if number in right else "wrong"
        assert choices.nth(number).get_attribute("data-result") == result


def test_page_reads_without_scripts(visit):
    page = visit(f"zh/{PAGE}", java_script_enabled=False)
    quiz = page.locator(".admonition.quiz").first
    assert quiz.locator("ol").first.is_visible()
    quiz.locator("details summary").click()
    assert quiz.locator("details ol").is_visible()
    assert page.locator(".katex-html").first.is_visible()
    assert page.locator(".language-switch").is_visible()
    assert not page.locator(".theme-switch-button").is_visible()


def test_keyboard_reaches_text_menu_and_search(visit):
    page = visit(f"en/{PAGE}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main-content"
    menu = page.locator(".page-menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Open in Binder").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="Open in Binder").is_visible()
    page.keyboard.press("Control+k")
    assert page.locator("#pst-search-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#pst-search-dialog").is_visible()


def test_copy_button_copies_the_cell(visit):
    page = visit(
        f"en/{PAGE}", permissions=["clipboard-read", "clipboard-write"]
    )
    cell = page.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").text_content().strip()


def test_audit_sees_planted_faults(visit):
    page = visit(f"zh/{PAGE}", viewport=PHONE)
    assert faults(page) == []
    page.evaluate(
        """() => {
          document.querySelector("img.only-dark").src = "/nowhere.svg";
          document.querySelector(".quiz-choices button").remove();
          const wide = document.createElement("table");
          wide.style.cssText = "display: block; width: 900px";
          document.querySelector("article").append(wide);
          const sign = document.createElement("span");
          sign.style.flex = "none";
          sign.style.width = "900px";
          document.querySelector("article div.math").append(sign);
          const part = document.querySelector(".katex-html > *");
          part.style.color = "#888";
        }"""
    )
    found = {fault.split(":")[0] for fault in faults(page)}
    assert found == set(FAULTS)


def test_paper_shows_the_text_alone(visit):
    page = visit(f"en/{PAGE}", color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".copybtn"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("article details:not([open])").count() == 0
    background = page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
    assert background == "rgb(255, 255, 255)"
    assert not page.locator("img.only-dark:visible").count()


def test_lost_page_is_answered_in_both_languages(visit, address):
    page = visit("index")
    answer = page.goto(f"{address}/en/03-principles/cnn-convolutoin.html")
    assert answer.status == 404
    links = page.get_by_role("link")
    targets = [link.get_attribute("href") for link in links.all()]
    assert f"/{targets[0].split('/')[1]}/" == "/en/"
    for target in targets:
        assert page.request.get(f"{address}{target}").ok
    assert page.get_by_text("There is no such page").is_visible()
    assert page.get_by_text("没有这一页").is_visible()
