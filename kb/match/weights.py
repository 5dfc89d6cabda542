"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""

RANKER = (
    0,  # message_cosine
    0,  # question_cosine
    0,  # symptom_cosine
    1.8688,  # cause_cosine
    0,  # tag_cosine
    0,  # code_cosine
    0,  # query_cosine
    0,  # alike_cosine
    1.2269,  # message_whole
    2.2526,  # question_whole
    3.052,  # symptom_whole
    0.37006,  # cause_whole
    1.6882,  # tag_whole
    2.9932,  # code_whole
    1.3381,  # query_whole
    0,  # alike_whole
    0.57461,  # coverage
    0,  # key_line
    0,  # key_entry
    0,  # line_message
    1.2795,  # line_question
    0,  # line_symptom
    0,  # line_query
    0,  # line_alike
    0,  # line_entry
    0.56419,  # line_margin
    0,  # alike_margin
    0,  # second_line
    2.3341,  # template
    0,  # print
    0.90575,  # prints
    2.2941,  # fuzzy
    2.9462,  # fuzzy_key
    10.696,  # bm25
    0,  # missing
    0,  # missing_line
    0,  # lost_line
    -0.55942,  # alike_template
    2.1064,  # d_coverage
    1.9564,  # d_bm25
    0.27061,  # d_key_line
    0,  # d_best
    0,  # unknown
    0,  # key_unknown
    0,  # terms
    0,  # log
    0,  # foreign
    0.36477,  # foreign_margin
    0,  # foreign_template
)

# Of the best candidate: its features, then its logit, its lead, its share, and the bias.
DECIDER = (
    (
        0,  # message_cosine
        0,  # question_cosine
        0,  # symptom_cosine
        0.39491,  # cause_cosine
        1.0236,  # tag_cosine
        0,  # code_cosine
        0,  # query_cosine
        -1.7699,  # alike_cosine
        0,  # message_whole
        0.27357,  # question_whole
        0.77391,  # symptom_whole
        0.098198,  # cause_whole
        0,  # tag_whole
        0.84089,  # code_whole
        0.66,  # query_whole
        0,  # alike_whole
        0.372,  # coverage
        0,  # key_line
        0,  # key_entry
        0.52799,  # line_message
        2.0129,  # line_question
        0,  # line_symptom
        0,  # line_query
        -2.4439,  # line_alike
        0,  # line_entry
        0.33158,  # line_margin
        0,  # alike_margin
        0,  # second_line
        1.5648,  # template
        0.45453,  # print
        0,  # prints
        0.83809,  # fuzzy
        0.6039,  # fuzzy_key
        1.3331,  # bm25
        0,  # missing
        0,  # missing_line
        0,  # lost_line
        -2.0048,  # alike_template
        0.85111,  # d_coverage
        3.2563,  # d_bm25
        0.40713,  # d_key_line
        0,  # d_best
        0,  # unknown
        0,  # key_unknown
        0.46306,  # terms
        -1.0984,  # log
        -1.6088,  # foreign
        0,  # foreign_margin
        -0.69171,  # foreign_template
    ),
    0,
    0.14393,
    2.3817,
    -3.8779,
)
OFFERER = (
    (
        0,  # message_cosine
        2.105,  # question_cosine
        0,  # symptom_cosine
        1.3704,  # cause_cosine
        0.43759,  # tag_cosine
        3.8754,  # code_cosine
        0.70856,  # query_cosine
        -0.65596,  # alike_cosine
        1.1464,  # message_whole
        0.90936,  # question_whole
        1.6039,  # symptom_whole
        1.5229,  # cause_whole
        0.9074,  # tag_whole
        0.051578,  # code_whole
        1.9372,  # query_whole
        0,  # alike_whole
        1.5167,  # coverage
        0,  # key_line
        0.69608,  # key_entry
        0,  # line_message
        0.99186,  # line_question
        0,  # line_symptom
        0.070982,  # line_query
        -1.4126,  # line_alike
        0.88337,  # line_entry
        0.078175,  # line_margin
        0.28338,  # alike_margin
        0,  # second_line
        2.4836,  # template
        0,  # print
        0,  # prints
        2.0911,  # fuzzy
        0,  # fuzzy_key
        0,  # bm25
        0,  # missing
        0,  # missing_line
        0,  # lost_line
        -2.5995,  # alike_template
        1.6433,  # d_coverage
        1.4468,  # d_bm25
        0,  # d_key_line
        0,  # d_best
        -0.53684,  # unknown
        -0.39759,  # key_unknown
        1.1504,  # terms
        -1.659,  # log
        -1.1474,  # foreign
        0,  # foreign_margin
        -0.97637,  # foreign_template
    ),
    0.12986,
    0.012925,
    0.51515,
    -8.9951,
)
