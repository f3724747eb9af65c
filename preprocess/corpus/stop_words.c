#include "corpus/stop_words.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/lines.h"

/* Function words: articles, pronouns, prepositions, conjunctions, auxiliaries. */
static const struct language {
    const char *name, *words; /* the words are separated by blanks */
} languages[] = {
    {"english",
     "a about above after again against all am an and any are as at be because "
     "been before being below between both but by can could did do does doing down "
     "during each few for from further had has have having he her here hers "
     "herself him himself his how i if in into is it its itself just me more most "
     "my myself no nor not now of off on once only or other our ours ourselves out "
     "over own same she should so some such than that the their theirs them "
     "themselves then there these they this those through to too under until up "
     "very was we were what when where which while who whom why will with would "
     "you your yours yourself yourselves"},
    {"german",
     "aber alle als also am an auch auf aus bei bin bis bist da damit dann das "
     "dass dein deine dem den der des dich die dies diese dieser dieses dir doch "
     "dort du durch ein eine einem einen einer eines er es euch euer für hab habe "
     "haben hat hatte hier hin ich ihm ihn ihnen ihr ihre im in ist ja jede jeder "
     "jedes kann kein keine man mein meine mich mir mit muss nach nicht noch nun "
     "nur ob oder ohne sehr sein seine sich sie sind so soll über um und uns unser "
     "unter vom von vor war waren was weil wenn wer werden wie wir wird wo zu zum "
     "zur zwischen"},
    {"french",
     "à ai alors au aux avec ayant c ce ces cet cette comme d dans de des du elle "
     "elles en es est et été être eu eux il ils j je l la le les leur leurs lui m "
     "ma mais me même mes moi mon n ne nos notre nous on ont ou où par pas pour qu "
     "que qui s sa sans se ses si son sont sous suis sur t ta te tes toi ton tu un "
     "une vos votre vous y"},
    {"spanish",
     "a al algo algunas algunos ante antes como con contra cual cuando de del "
     "desde donde durante e el ella ellas ellos en entre era es esa ese eso esta "
     "estaba este esto fue ha había han hasta hay la las le les lo los más me mi "
     "mis mucho muy nada ni no nos nosotros o os otra otro para pero poco por "
     "porque que quien se ser si sí sin sobre son su sus también tanto te tiene "
     "todo todos tu tus un una uno unos y ya yo"},
    {"italian",
     "a ad ai al alla alle anche c che chi ci come con contro cui da dal dalla de "
     "degli dei del della delle di dove e è ed era essere fra gli ha hai hanno ho "
     "i il in io l la le lei li lo loro lui ma me mi mia mie mio molto ne nei nel "
     "nella no noi non o per perché più poi quale quando quello questa questo qui "
     "se sei si sia sono sta su sua sue sui sul sulla suo te ti tra tu tua tuo "
     "tutti tutto un una uno vi voi"},
    {"portuguese",
     "a ao aos as às até com como da das de dela dele do dos e é ela elas ele eles "
     "em entre era essa esse esta está este eu foi há isso isto já lhe mais mas me "
     "mesmo meu minha muito na não nas nem no nos nós o os ou para pela pelo por "
     "qual quando que quem se sem ser seu sua são só também te tem um uma você"},
    {"dutch",
     "aan al alles als bij dan dat de der deze die dit doch door dus een en er ge "
     "geen had heb hebben heeft hem het hier hij hoe hun ik in is ja je kan maar "
     "me men met mij mijn na naar niet nog nu of om omdat ons ook op over te tegen "
     "toch toen tot u uit van veel voor want waren was wat we wel werd wie wij wil "
     "worden zal ze zich zij zijn zo zonder zou"},
};

/* Cuts the words of a language into lines as those of a file. */
static void split_words(const char *words, char ***lines, int *n)
{
    *lines = NULL;
    *n = 0;
    while (*words) {
        size_t length = strcspn(words, " ");
        *lines = xrealloc(*lines, (size_t)*n + 1, sizeof **lines);
        (*lines)[(*n)++] = xstrndup(words, length);
        words += length + (words[length] == ' ');
    }
}

int stop_words_read(const char *given, char ***words, int *n)
{
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (!strcmp(given, languages[i].name)) {
            split_words(languages[i].words, words, n);
            return OK;
        }
    return lines_read(given,
                      "the stop words (or one of english, german, french, spanish, "
                      "italian, portuguese, dutch)",
                      words, n);
}
