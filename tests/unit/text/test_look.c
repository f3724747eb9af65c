/* What texts look like before they are cut. */
#include "text/look.h"

#include <string.h>

#include "../shown.h"

static struct text_look look(const char *text)
{
    return text_look(text, strlen(text));
}

static void test_uncut(void **state)
{
    (void)state;
    assert_true(look("味道不错,送餐也很快").is_uncut);
    assert_true(look("好吃").is_uncut);
    assert_true(look("很好，不错，推荐").is_uncut);
    assert_true(look("iPhone的屏幕很好看，推荐购买").is_uncut);
    assert_true(look("とても面白い映画でした。").is_uncut);
    assert_true(look("หนังเรื่องนี้สนุกมาก ดูแล้วไม่ผิดหวังเลย").is_uncut);
    assert_true(look("ဒီရုပ်ရှင်က အရမ်းကောင်းတယ်").is_uncut);
}

static void test_cut(void **state)
{
    (void)state;
    assert_false(look("").is_uncut);
    assert_false(look("a good film").is_uncut);
    assert_false(look("味道 不错 ， 送餐 也 很 快").is_uncut);
    assert_false(look("หนัง เรื่อง นี้ สนุก มาก").is_uncut);
    assert_false(look("이 영화는 정말 재미있다").is_uncut);
    assert_false(look("отличный фильм").is_uncut);
    assert_false(look("the word 好吃 means that it tastes good").is_uncut);
    assert_false(look("“très bien”… naïve café — 10 €").is_uncut);
}

static void test_one_word(void **state)
{
    (void)state;
    assert_true(look("Smith").is_one_word);
    assert_true(look(" O'Brien\n").is_one_word);
    assert_true(look("Müller").is_one_word);
    assert_true(look("ACGTTGCA").is_one_word);
    assert_false(look("").is_one_word);
    assert_false(look("...").is_one_word);
    assert_false(look("a film").is_one_word);
    assert_false(look("well-made").is_one_word);
    assert_false(look("好吃").is_one_word);
}

static void test_markup(void **state)
{
    (void)state;
    assert_true(look("good.<br /><br />But").has_tags);
    assert_true(look("a <B>word</B>").has_tags);
    assert_true(look("I <3 it</p>").has_tags);
    assert_true(look("<a href=\"x\">y</a>").has_tags);
    assert_false(look("a < b > c").has_tags);
    assert_false(look("<USER> I <3 <url>").has_tags);
    assert_false(look("the end <br").has_tags);
    assert_false(look("the end <").has_tags);

    assert_true(look("Tom &amp; Jerry").has_references);
    assert_true(look("it&#39;s").has_references);
    assert_true(look("it&#x27;s").has_references);
    assert_false(look("Tom & Jerry; &co; &#; &#x;").has_references);
    assert_false(look("A&").has_references);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uncut),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_one_word),
        cmocka_unit_test(test_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
