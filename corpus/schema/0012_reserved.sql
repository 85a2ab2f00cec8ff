-- Nothing: the number is kept free for a change that is made elsewhere.
SELECT;
